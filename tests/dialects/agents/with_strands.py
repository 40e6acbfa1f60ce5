"""strands-agents: an agent with a tool, on an OpenAI model."""

from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play
from strands import Agent, tool
from strands.models.openai import OpenAIModel


@tool
def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def ask():
    model = OpenAIModel(client_args={"api_key": "none", "base_url": ADDRESS, "max_retries": 0}, model_id="gpt-4o")
    return Agent(model=model, tools=[current_of], name="guide", callback_handler=None)(PROMPT)


def stream():
    ask()
    yield from "ok"


play(plain=ask, stream=stream, tool=ask)
