"""Three runs of an agent of openai-agents."""

import agents
import openai
from agents.models.openai_responses import OpenAIResponsesModel
from start import ADDRESS, PROMPT, calls


def agent():
    client = openai.AsyncOpenAI(api_key="none", base_url=f"{ADDRESS}/v1")
    return agents.Agent("guide", model=OpenAIResponsesModel("gpt-4o", openai_client=client))


def plain():
    agents.Runner.run_sync(agent(), PROMPT)


async def streamed():
    assert [event async for event in agents.Runner.run_streamed(agent(), PROMPT).stream_events()]


def stream():
    import asyncio

    asyncio.run(streamed())


async def later():
    await agents.Runner.run(agent(), PROMPT)


def go():
    calls(plain, stream, later)
