"""anthropic: messages of a model on Vertex AI."""

import anthropic
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, TOOL_SCHEMA, play

HERE = {"access_token": "none", "project_id": "rivers", "region": "us-east5", "base_url": ADDRESS}
client = anthropic.AnthropicVertex(**HERE)
MODEL = "claude-sonnet-4-5@20250929"
ASK = [{"role": "user", "content": PROMPT}]
TOOLS = [{"name": TOOL, "description": TOOL_ABOUT, "input_schema": TOOL_SCHEMA}]


def plain():
    return client.messages.create(model=MODEL, max_tokens=64, messages=ASK)


async def plain_async():
    async with anthropic.AsyncAnthropicVertex(**HERE) as own:
        return await own.messages.create(model=MODEL, max_tokens=64, messages=ASK)


def stream():
    with client.messages.create(model=MODEL, max_tokens=64, messages=ASK, stream=True) as running:
        yield from running


def tool():
    asked = client.messages.create(model=MODEL, max_tokens=64, messages=ASK, tools=TOOLS)
    (call,) = [block for block in asked.content if block.type == "tool_use"]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": TOOL_RESULT}
    turn = [{"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
    client.messages.create(model=MODEL, max_tokens=64, messages=[*ASK, *turn], tools=TOOLS)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
