"""google-adk: an agent with a tool, on an OpenAI model through LiteLLM."""

import asyncio

from google.adk.agents import LlmAgent
from google.adk.models.lite_llm import LiteLlm
from google.adk.runners import InMemoryRunner
from google.genai import types
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play


def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


async def _ask():
    model = LiteLlm(model="openai/gpt-4o", api_base=ADDRESS, api_key="none", num_retries=0)
    runner = InMemoryRunner(agent=LlmAgent(name="guide", model=model, tools=[current_of]), app_name="golden")
    session = await runner.session_service.create_session(app_name="golden", user_id="u")
    message = types.Content(role="user", parts=[types.Part(text=PROMPT)])
    async for _ in runner.run_async(user_id="u", session_id=session.id, new_message=message):
        pass


def ask():
    asyncio.run(_ask())


play(plain=ask, tool=ask)
