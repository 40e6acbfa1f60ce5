"""ollama: chat."""

import ollama
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL, TOOL_RESULT, loop, play

client = ollama.Client(host=ADDRESS)
MODEL = "llama3.2"
ASK = [{"role": "user", "content": PROMPT}]


def plain():
    return client.chat(model=MODEL, messages=ASK)


async def plain_async():
    return await ollama.AsyncClient(host=ADDRESS).chat(model=MODEL, messages=ASK)


def stream():
    yield from client.chat(model=MODEL, messages=ASK, stream=True)


def tool():
    asked = client.chat(model=MODEL, messages=ASK, tools=[OPENAI_TOOL]).message
    result = {"role": "tool", "tool_name": TOOL, "content": TOOL_RESULT}
    client.chat(model=MODEL, messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


def patient():
    """Retry by hand: this SDK does not."""

    def once():
        try:
            plain()
        except ollama.ResponseError as fault:
            if fault.status_code == 429:
                return 429
            raise
        return 200

    loop(once)


play(plain=patient, stream=stream, tool=tool, plain_async=plain_async)
