"""google-adk: an agent with a tool, on a Gemini model."""

import asyncio
import os

from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

os.environ |= {"GOOGLE_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": ADDRESS}

from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.runners import InMemoryRunner
from google.genai import types


def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


async def _ask(mode):
    agent = LlmAgent(name="guide", model="gemini-2.5-flash", tools=[current_of])
    runner = InMemoryRunner(agent=agent, app_name="golden")
    session = await runner.session_service.create_session(app_name="golden", user_id="u")
    message = types.Content(role="user", parts=[types.Part(text=PROMPT)])
    config = RunConfig(streaming_mode=mode)
    async for _ in runner.run_async(user_id="u", session_id=session.id, new_message=message, run_config=config):
        pass


def ask():
    asyncio.run(_ask(StreamingMode.NONE))


def stream():
    asyncio.run(_ask(StreamingMode.SSE))
    yield from "ok"


play(plain=ask, stream=stream, tool=ask)
