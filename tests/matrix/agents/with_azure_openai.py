"""openai: chat completions of an Azure resource."""

import openai
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

HERE = {"azure_endpoint": ADDRESS, "api_version": "2024-10-21", "api_key": "none"}
client = openai.AzureOpenAI(**HERE)
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat.completions.create(model="gpt-4o", messages=ASK)


async def plain_async():
    async with openai.AsyncAzureOpenAI(**HERE) as own:
        return await own.chat.completions.create(model="gpt-4o", messages=ASK)


def stream():
    with client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True) as running:
        yield from running


def tool():
    asked = client.chat.completions.create(model="gpt-4o", messages=ASK, tools=[OPENAI_TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat.completions.create(model="gpt-4o", messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
