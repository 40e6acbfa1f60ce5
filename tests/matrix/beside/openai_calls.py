"""Three calls of the openai SDK."""

import openai
from start import ADDRESS, ASK, calls

HERE = {"api_key": "none", "base_url": f"{ADDRESS}/v1"}


def plain():
    openai.OpenAI(**HERE).chat.completions.create(model="gpt-4o", messages=ASK)


def stream():
    with openai.OpenAI(**HERE).chat.completions.create(model="gpt-4o", messages=ASK, stream=True) as running:
        assert sum(1 for _ in running) > 1


async def later():
    async with openai.AsyncOpenAI(**HERE) as own:
        await own.chat.completions.create(model="gpt-4o", messages=ASK)


def go():
    calls(plain, stream, later)
