"""Three calls of the anthropic SDK."""

import anthropic
from start import ADDRESS, ASK, calls

HERE = {"api_key": "none", "base_url": ADDRESS}
CALL = {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": ASK}


def plain():
    anthropic.Anthropic(**HERE).messages.create(**CALL)


def stream():
    with anthropic.Anthropic(**HERE).messages.create(stream=True, **CALL) as running:
        assert sum(1 for _ in running) > 1


async def later():
    async with anthropic.AsyncAnthropic(**HERE) as own:
        await own.messages.create(**CALL)


def go():
    calls(plain, stream, later)
