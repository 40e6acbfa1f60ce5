"""httpx2, with no SDK."""

import httpx2
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, loop, play

client = httpx2.Client(base_url=ADDRESS)
ASK = [{"role": "user", "content": PROMPT}]
URL = "/chat/completions"


def post(**more):
    return client.post(URL, json={"model": "gpt-4o", "messages": ASK, **more})


def plain():
    def once():
        response = post()
        if response.status_code != 429:
            response.raise_for_status()
        return response.status_code

    loop(once)


async def plain_async():
    async with httpx2.AsyncClient(base_url=ADDRESS) as own:
        return await own.post(URL, json={"model": "gpt-4o", "messages": ASK})


def stream():
    with client.stream("POST", URL, json={"model": "gpt-4o", "messages": ASK, "stream": True}) as response:
        yield from response.iter_lines()


def tool():
    asked = post(tools=[OPENAI_TOOL]).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": TOOL_RESULT}
    post(messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
