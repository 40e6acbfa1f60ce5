"""groq: chat completions."""

import groq
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

client = groq.Groq(api_key="none", base_url=ADDRESS)
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat.completions.create(model="llama-3.3-70b-versatile", messages=ASK)


async def plain_async():
    async with groq.AsyncGroq(api_key="none", base_url=ADDRESS) as own:
        return await own.chat.completions.create(model="llama-3.3-70b-versatile", messages=ASK)


def stream():
    with client.chat.completions.create(model="llama-3.3-70b-versatile", messages=ASK, stream=True) as running:
        yield from running


def tool():
    asked = (
        client.chat.completions.create(model="llama-3.3-70b-versatile", messages=ASK, tools=[OPENAI_TOOL])
        .choices[0]
        .message
    )
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat.completions.create(model="llama-3.3-70b-versatile", messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
