"""semantic-kernel: an agent with a tool, on an OpenAI model."""

import asyncio
import os
from typing import Annotated

from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

os.environ["SEMANTICKERNEL_EXPERIMENTAL_GENAI_ENABLE_OTEL_DIAGNOSTICS"] = "true"

from openai import AsyncOpenAI
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from semantic_kernel.functions import kernel_function


class Rivers:
    """What the agent may call."""

    @kernel_function(name="current_of")
    def current_of(self, river: Annotated[str, "the river"]) -> str:
        """Tell the current of a river."""
        return f"{river}: {TOOL_RESULT}"


def agent():
    own = AsyncOpenAI(api_key="none", base_url=ADDRESS, max_retries=0)
    model = OpenAIChatCompletion(ai_model_id="gpt-4o", async_client=own)
    return ChatCompletionAgent(service=model, name="guide", instructions="Tell the way.", plugins=[Rivers()])


def ask():
    asyncio.run(agent().get_response(PROMPT))


async def _streamed():
    return [part async for part in agent().invoke_stream(PROMPT)]


def stream():
    yield from asyncio.run(_streamed())


play(plain=ask, stream=stream, tool=ask)
