"""Three runs of an agent of pydantic-ai."""

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from start import ADDRESS, PROMPT, calls


def agent():
    return Agent(OpenAIChatModel("gpt-4o", provider=OpenAIProvider(base_url=f"{ADDRESS}/v1", api_key="none")))


def plain():
    agent().run_sync(PROMPT)


def stream():
    assert list(agent().run_stream_sync(PROMPT).stream_text(delta=True, debounce_by=None))


async def later():
    await agent().run(PROMPT)


def go():
    calls(plain, stream, later)
