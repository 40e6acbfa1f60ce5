"""autogen-agentchat: an agent with a tool, on an OpenAI model."""

import asyncio

from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play


async def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def ask():
    model = OpenAIChatCompletionClient(model="gpt-4o", api_key="none", base_url=ADDRESS, max_retries=0)
    asyncio.run(AssistantAgent("guide", model, tools=[current_of], reflect_on_tool_use=True).run(task=PROMPT))


play(plain=ask, tool=ask)
