"""haystack-ai: a pipeline of one agent with a tool, traced by opentelemetry-haystack."""

from typing import Annotated

from haystack import Pipeline, tracing
from haystack.components.agents import Agent
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret
from haystack_integrations.tracing.opentelemetry import OpenTelemetryTracer
from opentelemetry import trace
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play

tracing.enable_tracing(OpenTelemetryTracer(trace.get_tracer("golden")))
tracing.tracer.is_content_tracing_enabled = True


@tool
def current_of(river: Annotated[str, "the river"]) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def ask(**more):
    model = OpenAIChatGenerator(Secret.from_token("none"), "gpt-4o", api_base_url=ADDRESS, max_retries=0, **more)
    pipeline = Pipeline()
    pipeline.add_component("guide", Agent(chat_generator=model, tools=[current_of]))
    pipeline.run({"guide": {"messages": [ChatMessage.from_user(PROMPT)]}})


def stream():
    ask(streaming_callback=lambda _: None, generation_kwargs={"stream_options": {"include_usage": True}})
    yield from "ok"


play(plain=ask, stream=stream, tool=ask)
