"""requests, with no SDK."""

import requests
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, loop, play

session = requests.Session()
ASK = [{"role": "user", "content": PROMPT}]


def post(*, lazily=False, **more):
    asked = {"model": "gpt-4o", "messages": ASK, **more}
    return session.post(f"{ADDRESS}/chat/completions", json=asked, stream=lazily, timeout=30)


def plain():
    def once():
        response = post()
        if response.status_code != 429:
            response.raise_for_status()
        return response.status_code

    loop(once)


def stream():
    with post(lazily=True, stream=True) as response:
        yield from response.iter_lines()


def tool():
    asked = post(tools=[OPENAI_TOOL]).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": TOOL_RESULT}
    post(messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool)
