"""cohere: chat, version 2 of its API."""

import cohere
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

client = cohere.ClientV2(api_key="none", base_url=ADDRESS)
MODEL = "command-a-03-2025"
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat(model=MODEL, messages=ASK)


async def plain_async():
    return await cohere.AsyncClientV2(api_key="none", base_url=ADDRESS).chat(model=MODEL, messages=ASK)


def stream():
    yield from client.chat_stream(model=MODEL, messages=ASK)


def tool():
    asked = client.chat(model=MODEL, messages=ASK, tools=[OPENAI_TOOL]).message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat(model=MODEL, messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
