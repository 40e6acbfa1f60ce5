"""openai: responses."""

import openai
from scenarios import ADDRESS, PROMPT, TOOL, TOOL_ABOUT, TOOL_RESULT, TOOL_SCHEMA, play

client = openai.OpenAI(api_key="none", base_url=ADDRESS)
TOOLS = [{"type": "function", "name": TOOL, "description": TOOL_ABOUT, "parameters": TOOL_SCHEMA}]


def plain():
    return client.responses.create(model="gpt-4o", input=PROMPT)


async def plain_async():
    async with openai.AsyncOpenAI(api_key="none", base_url=ADDRESS) as own:
        return await own.responses.create(model="gpt-4o", input=PROMPT)


def stream():
    with client.responses.create(model="gpt-4o", input=PROMPT, stream=True) as running:
        yield from running


def tool():
    (asked,) = client.responses.create(model="gpt-4o", input=PROMPT, tools=TOOLS).output
    result = {"type": "function_call_output", "call_id": asked.call_id, "output": TOOL_RESULT}
    client.responses.create(model="gpt-4o", input=[asked.model_dump(exclude_none=True), result], tools=TOOLS)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
