"""Three calls of litellm."""

import asyncio

import litellm
from start import ADDRESS, ASK, calls

HERE = {"model": "openai/gpt-4o", "api_base": f"{ADDRESS}/v1", "api_key": "none", "messages": ASK}
GOES_ON_S = 3
"""How long the program goes on: LiteLLM tells the callbacks of asynchronous calls later, and does not say when."""


def plain():
    litellm.completion(**HERE)


def stream():
    assert sum(1 for _ in litellm.completion(stream=True, **HERE)) > 1


async def later():
    await litellm.acompletion(**HERE)
    await asyncio.sleep(GOES_ON_S)


def go():
    calls(plain, stream, later)
