"""dashscope: native generation."""

import dashscope
from dashscope import Generation
from dashscope.aigc.generation import AioGeneration
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

dashscope.base_http_api_url = ADDRESS
ASK = [{"role": "user", "content": PROMPT}]
HERE = {"model": "qwen-plus", "api_key": "none", "result_format": "message"}


def checked(response):
    if response.status_code != 200:
        raise RuntimeError(response.code)
    return response


def plain():
    return checked(Generation.call(messages=ASK, **HERE))


async def plain_async():
    return checked(await AioGeneration.call(messages=ASK, **HERE))


def stream():
    yield from Generation.call(messages=ASK, stream=True, incremental_output=True, **HERE)


def tool():
    asked = checked(Generation.call(messages=ASK, tools=[OPENAI_TOOL], **HERE)).output.choices[0].message
    result = {"role": "tool", "tool_call_id": asked["tool_calls"][0]["id"], "content": TOOL_RESULT}
    checked(Generation.call(messages=[*ASK, dict(asked), result], tools=[OPENAI_TOOL], **HERE))


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
