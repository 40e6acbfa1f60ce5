"""openai-agents: an agent that calls its model over the Responses API, the calls of one trace."""

import asyncio
from contextlib import suppress

import agents
import openai
from rounds import agent
from scenarios import ADDRESS, PROMPT, TOOL_RESULT

agents.set_tracing_export_api_key("none")


@agents.function_tool
def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


async def run():
    async with openai.AsyncOpenAI(api_key="none", base_url=ADDRESS, max_retries=0) as own:
        model = agents.OpenAIResponsesModel("gpt-4o", own)
        guide = agents.Agent("guide", model=model, tools=[current_of])
        await agents.Runner.run(guide, PROMPT)
        running = agents.Runner.run_streamed(guide, PROMPT)
        assert [event async for event in running.stream_events()]
        with suppress(openai.BadRequestError):
            await agents.Runner.run(guide, PROMPT)


agent(lambda: asyncio.run(run()))
