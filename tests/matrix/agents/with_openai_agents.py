"""openai-agents over the openai SDK: a run of an agent."""

import asyncio

import agents
import openai
from agents.models.openai_responses import OpenAIResponsesModel
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

agents.set_tracing_disabled(True)


@agents.function_tool
def current_of(river: str) -> str:
    """Tell the current of a river."""
    del river
    return TOOL_RESULT


def agent(tools=()):
    client = openai.AsyncOpenAI(api_key="none", base_url=ADDRESS)
    return agents.Agent("guide", model=OpenAIResponsesModel("gpt-4o", openai_client=client), tools=list(tools))


def plain():
    return agents.Runner.run_sync(agent(), PROMPT)


async def plain_async():
    return await agents.Runner.run(agent(), PROMPT)


def stream():
    loop = asyncio.new_event_loop()
    result = None

    async def begin():
        return agents.Runner.run_streamed(agent(), PROMPT)

    result = loop.run_until_complete(begin())
    events = result.stream_events()
    try:
        while True:
            yield loop.run_until_complete(anext(events))
    except StopAsyncIteration:
        return
    finally:
        result.cancel()
        loop.run_until_complete(asyncio.sleep(0.05))
        loop.run_until_complete(loop.shutdown_asyncgens())


def tool():
    return agents.Runner.run_sync(agent([current_of]), PROMPT)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
