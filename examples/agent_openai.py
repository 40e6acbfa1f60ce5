"""An agent with one tool on the openai SDK; works with every provider that speaks OpenAI's protocol.

    spanwise up                                   # in one terminal
    export OPENAI_BASE_URL=… OPENAI_API_KEY=…     # whatever the SDK reads
    spanwise run python examples/agent_openai.py "What is the capital of Mali?" --model gpt-4o-mini

Without `spanwise run` it behaves the same and sends nothing; the decorators only name the agent and its tool.
"""

# ruff: noqa: INP001  an example is a script, no package

from __future__ import annotations

import argparse
import json
from typing import Any

import openai

import spanwise

TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "description": "Look a word up in the agent's notes.",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    }
]
NOTES = {"mali": "Mali is a country in West Africa; its capital is Bamako."}


@spanwise.tool
def look_up(query: str) -> str:
    """Look a word up in the agent's notes."""
    return next((note for word, note in NOTES.items() if word in query.lower()), "nothing is known")


@spanwise.agent("answerer")
def answer(client: openai.OpenAI, model: str, question: str) -> str:
    """Ask the model, call what it asks for, at most five times."""
    messages: list[Any] = [{"role": "user", "content": question}]
    for _ in range(5):
        message = client.chat.completions.create(model=model, messages=messages, tools=TOOLS).choices[0].message
        if not message.tool_calls:
            return message.content or ""
        messages.append(message.model_dump(exclude_none=True))
        for call in message.tool_calls:
            if call.type == "function":
                found = look_up(json.loads(call.function.arguments)["query"])
                messages.append({"role": "tool", "tool_call_id": call.id, "content": found})
    return "no answer within five steps"


def main() -> None:
    """Answer the question of the command line."""
    parser = argparse.ArgumentParser(description="Answer a question.")
    parser.add_argument("question")
    parser.add_argument("--model", default="gpt-4o-mini")
    options = parser.parse_args()
    print(answer(openai.OpenAI(), options.model, options.question))  # noqa: T201 it answers on the terminal


if __name__ == "__main__":
    main()
