"""together: chat completions."""

import together
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

client = together.Together(api_key="none", base_url=ADDRESS)
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat.completions.create(model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=ASK)


async def plain_async():
    async with together.AsyncTogether(api_key="none", base_url=ADDRESS) as own:
        return await own.chat.completions.create(model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=ASK)


def stream():
    with client.chat.completions.create(
        model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=ASK, stream=True
    ) as running:
        yield from running


def tool():
    asked = (
        client.chat.completions.create(
            model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=ASK, tools=[OPENAI_TOOL]
        )
        .choices[0]
        .message
    )
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    client.chat.completions.create(
        model="meta-llama/Llama-3.3-70B-Instruct-Turbo", messages=[*ASK, asked, result], tools=[OPENAI_TOOL]
    )


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
