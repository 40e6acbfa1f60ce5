"""langfuse: its drop-in client of OpenAI within an observed function, exported by the program's own provider."""

import os

from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT, play

os.environ |= {
    "LANGFUSE_PUBLIC_KEY": "pk-lf-none", "LANGFUSE_SECRET_KEY": "sk-lf-none",
    "LANGFUSE_BASE_URL": os.environ["RECEIVER"],
}  # fmt: skip

from langfuse import get_client, observe
from langfuse.openai import openai

client = openai.OpenAI(api_key="none", base_url=ADDRESS, max_retries=0)
ASK = [{"role": "user", "content": PROMPT}]


def flushed(call):
    def run():
        try:
            return call()
        finally:
            get_client().flush()

    return run


@observe(as_type="agent")
def guide(**more):
    return client.chat.completions.create(model="gpt-4o", messages=ASK, **more)


@observe()
def streamed():
    running = client.chat.completions.create(
        model="gpt-4o", messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    return [chunk for chunk in running if chunk.choices]


@observe(as_type="tool")
def current_of(river):
    return f"{river}: {TOOL_RESULT}"


@observe(as_type="agent")
def tool():
    asked = client.chat.completions.create(model="gpt-4o", messages=ASK, tools=[OPENAI_TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": current_of("Danube")}
    client.chat.completions.create(model="gpt-4o", messages=[*ASK, asked, result], tools=[OPENAI_TOOL])


def stream():
    yield from flushed(streamed)()


play(plain=flushed(guide), stream=stream, tool=flushed(tool))
