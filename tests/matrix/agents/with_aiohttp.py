"""aiohttp, with no SDK."""

import asyncio

import aiohttp
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, loop, play

ASK = [{"role": "user", "content": PROMPT}]
URL = f"{ADDRESS}/chat/completions"


async def post(**more):
    asked = {"model": "gpt-4o", "messages": ASK, **more}
    async with aiohttp.ClientSession() as session, session.post(URL, json=asked) as response:
        return response.status, await response.json()


def plain():
    def once():
        status, _ = asyncio.run(post())
        if status >= 500:
            raise RuntimeError(status)
        return status

    loop(once)


async def plain_async():
    return await post()


def stream():
    running = asyncio.new_event_loop()
    session = response = None

    async def begin():
        nonlocal session, response
        session = aiohttp.ClientSession()
        response = await session.post(URL, json={"model": "gpt-4o", "messages": ASK, "stream": True})

    async def end():
        response.close()
        await session.close()

    running.run_until_complete(begin())
    try:
        while line := running.run_until_complete(response.content.readline()):
            yield line
    finally:
        running.run_until_complete(end())
        running.close()


def tool():
    _, told = asyncio.run(post(tools=[OPENAI_TOOL]))
    asked = told["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": TOOL_RESULT}
    asyncio.run(post(messages=[*ASK, asked, result], tools=[OPENAI_TOOL]))


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
