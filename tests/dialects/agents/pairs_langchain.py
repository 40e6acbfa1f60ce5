"""langchain: an agent that calls its model in every way, the calls of one trace."""

import asyncio
from contextlib import suppress

import openai
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from rounds import agent
from scenarios import ADDRESS, PROMPT, TOOL_RESULT

model = ChatOpenAI(model="gpt-4o", api_key="none", base_url=ADDRESS, max_retries=0)
streaming = ChatOpenAI(model="gpt-4o", api_key="none", base_url=ADDRESS, max_retries=0, stream_usage=True)


@tool
def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def graph():
    create_agent(model, [current_of], name="guide").invoke({"messages": [("user", PROMPT)]})


def stream():
    assert sum(1 for _ in streaming.stream(PROMPT)) > 1


async def at_once():
    await asyncio.gather(*(model.ainvoke(PROMPT) for _ in range(2)))


def fails():
    with suppress(openai.BadRequestError):
        model.invoke(PROMPT)


agent(graph, stream, lambda: model.batch([PROMPT, PROMPT]), lambda: asyncio.run(at_once()), fails)
