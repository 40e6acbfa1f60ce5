"""pydantic-ai: an agent that calls its model in every way, the calls of one trace."""

import asyncio
from contextlib import suppress

from openai import AsyncOpenAI
from pydantic_ai import Agent, ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from rounds import agent
from scenarios import ADDRESS, PROMPT, TOOL_RESULT


async def run():
    own = AsyncOpenAI(api_key="none", base_url=ADDRESS, max_retries=0)
    model = OpenAIChatModel("gpt-4o", provider=OpenAIProvider(openai_client=own))
    guide = Agent(model, name="guide")

    @guide.tool_plain
    def current_of(river: str) -> str:
        """Tell the current of a river."""
        return f"{river}: {TOOL_RESULT}"

    await guide.run(PROMPT)
    async with guide.run_stream(PROMPT) as running:
        assert [part async for part in running.stream_text()]
    await asyncio.gather(guide.run(PROMPT), guide.run(PROMPT))
    with suppress(ModelHTTPError):
        await guide.run(PROMPT)


agent(lambda: asyncio.run(run()))
