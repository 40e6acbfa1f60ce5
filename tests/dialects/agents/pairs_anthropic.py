"""anthropic: an agent that calls its model in every way, the calls of one trace."""

import asyncio
from contextlib import suppress

import anthropic
from rounds import agent
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, TOOL_SCHEMA

HERE = {"api_key": "none", "base_url": ADDRESS, "max_retries": 0}
ASK = {"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": [{"role": "user", "content": PROMPT}]}
TOOLS = [{"name": TOOL, "description": TOOL_ABOUT, "input_schema": TOOL_SCHEMA}]
client = anthropic.Anthropic(**HERE)


def tool():
    asked = client.messages.create(**ASK, tools=TOOLS)
    (call,) = [block for block in asked.content if block.type == "tool_use"]
    result = {"type": "tool_result", "tool_use_id": call.id, "content": TOOL_RESULT}
    turn = [{"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
    client.messages.create(**{**ASK, "messages": [*ASK["messages"], *turn]}, tools=TOOLS)


def stream():
    with client.messages.create(**ASK, stream=True) as running:
        assert sum(1 for _ in running) > 1


def helper():
    with client.messages.stream(**ASK) as running:
        assert running.get_final_message().usage.output_tokens


async def at_once():
    async with anthropic.AsyncAnthropic(**HERE) as own:
        await asyncio.gather(*(own.messages.create(**ASK) for _ in range(2)))


def fails():
    with suppress(anthropic.BadRequestError):
        client.messages.create(**ASK)


agent(tool, stream, helper, lambda: asyncio.run(at_once()), fails)
