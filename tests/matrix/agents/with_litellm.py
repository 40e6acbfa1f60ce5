"""litellm over the openai SDK, which it calls for OpenAI models."""

import litellm
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

ASK = [{"role": "user", "content": PROMPT}]
HERE = {"model": "openai/gpt-4o", "api_base": ADDRESS, "api_key": "none"}


def plain():
    return litellm.completion(messages=ASK, **HERE)


async def plain_async():
    return await litellm.acompletion(messages=ASK, **HERE)


def stream():
    running = litellm.completion(messages=ASK, stream=True, **HERE)
    try:
        yield from running
    finally:
        running.completion_stream.close()


def tool():
    asked = litellm.completion(messages=ASK, tools=[OPENAI_TOOL], **HERE).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    litellm.completion(messages=[*ASK, asked, result], tools=[OPENAI_TOOL], **HERE)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
