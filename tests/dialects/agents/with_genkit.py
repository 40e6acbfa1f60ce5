"""genkit: a flow with a tool, on an OpenAI model."""

import asyncio

from genkit import Genkit
from genkit_openai import OpenAI
from pydantic import BaseModel
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

ai = Genkit(plugins=[OpenAI(api_key="none", base_url=ADDRESS, max_retries=0)])


class Asked(BaseModel):
    """What the tool is asked."""

    river: str


@ai.tool()
async def current_of(asked: Asked) -> str:
    """Tell the current of a river."""
    return f"{asked.river}: {TOOL_RESULT}"


@ai.flow()
async def guide(prompt: str) -> str:
    told = await ai.generate(model="openai/gpt-4o", prompt=prompt, tools=["current_of"])
    if told.finish_reason != "stop":
        raise RuntimeError(told.finish_message)
    return told.text


def ask():
    asyncio.run(guide(PROMPT))


async def _streamed():
    running = ai.generate_stream(model="openai/gpt-4o", prompt=PROMPT)
    return [chunk async for chunk in running.stream]


def stream():
    yield from asyncio.run(_streamed())


play(plain=ask, stream=stream, tool=ask)
