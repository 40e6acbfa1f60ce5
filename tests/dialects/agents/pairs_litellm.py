"""litellm: an agent that calls its model in every way, the calls of one trace."""

import time
from contextlib import suppress

import litellm
from rounds import agent
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL_RESULT

ASK = [{"role": "user", "content": PROMPT}]
GOES_ON_S = 2
"""How long the program goes on: LiteLLM tells its callbacks later, and does not say when."""


def ask(messages=ASK, **more):
    return litellm.completion(
        model="openai/gpt-4o", api_base=ADDRESS, api_key="none", messages=messages, num_retries=0, max_retries=0, **more
    )


def tool():
    asked = ask(tools=[OPENAI_TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": TOOL_RESULT}
    ask([*ASK, asked.model_dump(), result], tools=[OPENAI_TOOL])


def stream():
    assert sum(1 for _ in ask(stream=True, stream_options={"include_usage": True})) > 1


def fails():
    with suppress(litellm.BadRequestError):
        ask()


agent(tool, stream, ask, fails)
time.sleep(GOES_ON_S)
