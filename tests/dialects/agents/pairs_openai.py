"""openai: an agent that calls its model in every way, the calls of one trace."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context

import openai
from rounds import agent
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT

HERE = {"api_key": "none", "base_url": ADDRESS, "max_retries": 0}
ASK = [{"role": "user", "content": PROMPT}]
client = openai.OpenAI(**HERE)


def plain():
    client.chat.completions.create(model="gpt-4o", messages=ASK)


def tool():
    asked = client.chat.completions.create(model="gpt-4o", messages=ASK, tools=[OPENAI_TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat.completions.create(model="gpt-4o", messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


def stream():
    with client.chat.completions.create(
        model="gpt-4o", messages=ASK, stream=True, stream_options={"include_usage": True}
    ) as running:
        assert sum(1 for _ in running) > 1


async def at_once():
    async with openai.AsyncOpenAI(**HERE) as own:
        await asyncio.gather(*(own.chat.completions.create(model="gpt-4o", messages=ASK) for _ in range(2)))


def in_threads():
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda context: context.run(plain), [copy_context(), copy_context()]))


def fails():
    with suppress(openai.BadRequestError):
        client.chat.completions.create(model="gpt-4o", messages=ASK)


agent(tool, stream, lambda: asyncio.run(at_once()), in_threads, fails)
