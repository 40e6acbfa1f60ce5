"""mistralai: chat."""

try:
    from mistralai.client import Mistral
    from mistralai.client.utils import BackoffStrategy, RetryConfig
except ImportError:  # before version 2
    from mistralai import Mistral
    from mistralai.utils import BackoffStrategy, RetryConfig

from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, SCENARIO, TOOL_RESULT, play

retries = RetryConfig("backoff", BackoffStrategy(10, 100, 1.5, 2000), retry_connection_errors=False)
client = Mistral(api_key="none", server_url=ADDRESS, retry_config=retries if SCENARIO == "retry" else None)
MODEL = "mistral-small-latest"
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat.complete(model=MODEL, messages=ASK)


async def plain_async():
    return await client.chat.complete_async(model=MODEL, messages=ASK)


def stream():
    with client.chat.stream(model=MODEL, messages=ASK) as running:
        yield from running


def tool():
    asked = client.chat.complete(model=MODEL, messages=ASK, tools=[OPENAI_TOOL]).choices[0].message
    call = asked.tool_calls[0]
    result = {"role": "tool", "name": call.function.name, "tool_call_id": call.id, "content": TOOL_RESULT}
    client.chat.complete(model=MODEL, messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
