"""The demo's agent: a planner, a researcher with tools and a writer, on the openai SDK; many runs at a time.

It is a program of its own, started through `spanwise run`, and ends when its standard input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import logging
import sys
from collections.abc import Iterator
from typing import Any, Final

import openai

import spanwise
from spanwise_stack.demo import tools
from spanwise_stack.demo.weather import REFUSING_MODEL, SLOW_MODEL, UNPRICED_MODEL

_QUESTIONS: Final = (
    "Why does the p95 of an agent grow faster than its mean?",
    "What does a cached prefix save in a loop of ten steps?",
    "When is it cheaper to ask a small model twice?",
    "How does one provider's outage look from many agents?",
)
_HOUSE_RULES: Final = "You are careful, brief and exact. You name your sources. " * 30
_MOST_STEPS: Final = 8
_PAUSE_S: Final = 0.3
_GRACE_S: Final = 3.0


def _system(role: str) -> dict[str, Any]:
    return {"role": "system", "content": f"You are the {role} of a research desk. {_HOUSE_RULES}"}


@spanwise.agent("planner")
async def plan(client: openai.AsyncOpenAI, question: str) -> str:
    """Ask the large model how to go about a question."""
    messages: list[Any] = [_system("planner"), {"role": "user", "content": question}]
    answer = await client.chat.completions.create(model=SLOW_MODEL, messages=messages)
    return answer.choices[0].message.content or ""


@spanwise.agent("researcher")
async def research(client: openai.AsyncOpenAI, steps: str) -> str:
    """Let the small model call tools until it speaks."""
    messages: list[Any] = [_system("researcher"), {"role": "user", "content": steps}]
    for _ in range(_MOST_STEPS):
        answer = await client.chat.completions.create(model=REFUSING_MODEL, messages=messages, tools=tools.SCHEMAS)
        message = answer.choices[0].message
        if not message.tool_calls:
            return message.content or ""
        messages.append(message.model_dump(exclude_none=True))
        for asked in message.tool_calls:
            if asked.type == "function":
                result = await tools.call(asked.function.name, asked.function.arguments)
                messages.append({"role": "tool", "tool_call_id": asked.id, "content": result})
    return "no answer within the steps allowed"


@spanwise.agent("writer")
async def write(client: openai.AsyncOpenAI, notes: str) -> str:
    """Stream the final text from the model of the house."""
    messages: list[Any] = [_system("writer"), {"role": "user", "content": notes}]
    stream = await client.chat.completions.create(model=UNPRICED_MODEL, messages=messages, stream=True)
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])


@spanwise.agent("research-desk")
async def answer(client: openai.AsyncOpenAI, question: str) -> str:
    """Answer one question: plan, research, write."""
    return await write(client, await research(client, await plan(client, question)))


async def _work(client: openai.AsyncOpenAI, questions: Iterator[str], closing: asyncio.Event) -> None:
    while not closing.is_set():
        try:
            await answer(client, next(questions))
        except openai.RateLimitError as fault:
            logging.getLogger(__name__).warning("gave up on a question: %s", fault)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), _PAUSE_S)


async def _closed_input() -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


async def work(base_url: str, workers: int) -> None:
    """Answer questions, several at a time, until standard input closes; then finish what can be finished soon."""
    questions = itertools.cycle(_QUESTIONS)
    closing = asyncio.Event()
    async with openai.AsyncOpenAI(base_url=base_url, api_key="demo") as client, asyncio.TaskGroup() as group:
        tasks = [group.create_task(_work(client, questions, closing)) for _ in range(workers)]
        await _closed_input()
        closing.set()
        _, late = await asyncio.wait(tasks, timeout=_GRACE_S)
        for task in late:
            task.cancel()


def main() -> None:
    """Read the arguments and work."""
    parser = argparse.ArgumentParser(prog="python -m spanwise_stack.demo.agent", description=__doc__)
    parser.add_argument("--base-url", required=True, help="the provider, for example http://127.0.0.1:9999/v1")
    parser.add_argument("--workers", type=int, default=6, help="questions in work at a time (default 6)")
    options = parser.parse_args()
    asyncio.run(work(options.base_url, options.workers))


if __name__ == "__main__":
    main()
