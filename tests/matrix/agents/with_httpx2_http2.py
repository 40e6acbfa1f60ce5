"""httpx2 over HTTP/2, with no SDK."""

import http2_front
import httpx2
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, loop, play

HERE = {"base_url": http2_front.before(ADDRESS), "http1": False, "http2": True}
client = httpx2.Client(**HERE)
ASK = [{"role": "user", "content": PROMPT}]
URL = "/chat/completions"


def post(**more):
    return client.post(URL, json={"model": "gpt-4o", "messages": ASK, **more})


def plain():
    def once():
        response = post()
        assert response.http_version == "HTTP/2"
        if response.status_code != 429:
            response.raise_for_status()
        return response.status_code

    loop(once)


async def plain_async():
    async with httpx2.AsyncClient(**HERE) as own:
        return await own.post(URL, json={"model": "gpt-4o", "messages": ASK})


def stream():
    with client.stream("POST", URL, json={"model": "gpt-4o", "messages": ASK, "stream": True}) as response:
        yield from response.iter_lines()


def tool():
    asked = post(tools=[OPENAI_TOOL]).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": TOOL_RESULT}
    post(messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
