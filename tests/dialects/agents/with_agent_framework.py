"""agent-framework: an agent with a tool, on an OpenAI model."""

import asyncio
from typing import Annotated

from agent_framework import Agent
from agent_framework.observability import enable_instrumentation
from agent_framework.openai import OpenAIChatCompletionClient
from openai import AsyncOpenAI
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

enable_instrumentation()


def current_of(river: Annotated[str, "the river"]) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def agent():
    own = AsyncOpenAI(api_key="none", base_url=ADDRESS, max_retries=0)
    return Agent(
        OpenAIChatCompletionClient(model="gpt-4o", async_client=own), "Tell the way.", name="guide", tools=[current_of]
    )


def ask():
    asyncio.run(agent().run(PROMPT))


async def _streamed():
    return [part async for part in agent().run(PROMPT, stream=True)]


def stream():
    yield from asyncio.run(_streamed())


play(plain=ask, stream=stream, tool=ask)
