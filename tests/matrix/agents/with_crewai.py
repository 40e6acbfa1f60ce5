"""crewai: its model class, which calls litellm or an SDK."""

from crewai import LLM
from scenarios import ADDRESS, OPENAI_TOOL, PROMPT, TOOL, TOOL_RESULT, play

HERE = {"model": "openai/gpt-4o", "base_url": ADDRESS, "api_key": "none"}


def plain():
    return LLM(**HERE).call(PROMPT)


async def plain_async():
    return await LLM(**HERE).acall(PROMPT)


def stream():
    yield from LLM(stream=True, **HERE).call(PROMPT)


def tool():
    told = LLM(**HERE).call(PROMPT, tools=[OPENAI_TOOL], available_functions={TOOL: lambda **_: TOOL_RESULT})
    assert told == TOOL_RESULT


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
