"""strands-agents: an agent that calls its model, the calls of one trace."""

from contextlib import suppress

import openai
from rounds import agent
from scenarios import ADDRESS, PROMPT, TOOL_RESULT
from strands import Agent, tool
from strands.models.openai import OpenAIModel


@tool
def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


model = OpenAIModel(client_args={"api_key": "none", "base_url": ADDRESS, "max_retries": 0}, model_id="gpt-4o")
guide = Agent(model=model, tools=[current_of], name="guide", callback_handler=None)


def fails():
    with suppress(openai.BadRequestError):
        guide(PROMPT)


agent(lambda: guide(PROMPT), lambda: guide(PROMPT), fails)
