"""pydantic-ai over the openai SDK: a run of an agent."""

from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

model = OpenAIChatModel("gpt-4o", provider=OpenAIProvider(base_url=ADDRESS, api_key="none"))
agent = Agent(model)


def plain():
    return agent.run_sync(PROMPT)


async def plain_async():
    return await agent.run(PROMPT)


def stream():
    running = agent.run_stream_sync(PROMPT)
    yield from running.stream_text(delta=True, debounce_by=None)


def tool():
    able = Agent(model)

    @able.tool_plain
    def current_of(river: str) -> str:
        """Tell the current of a river."""
        del river
        return TOOL_RESULT

    return able.run_sync(PROMPT)


play(plain=plain, stream=stream, tool=tool, plain_async=plain_async)
