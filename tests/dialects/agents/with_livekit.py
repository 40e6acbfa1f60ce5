"""livekit-agents: a session of one agent that is told a text and answers in text."""

import asyncio

from livekit.agents import Agent, AgentSession, function_tool, telemetry
from livekit.plugins import openai
from opentelemetry import trace
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

telemetry.set_tracer_provider(trace.get_tracer_provider())


@function_tool
async def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


async def _ask():
    model = openai.LLM(model="gpt-4o", base_url=ADDRESS, api_key="none", max_retries=0)
    async with AgentSession(llm=model) as session:
        await session.start(Agent(instructions="Tell the way.", tools=[current_of]))
        await session.run(user_input=PROMPT)


def ask():
    asyncio.run(_ask())


play(plain=ask, tool=ask)
