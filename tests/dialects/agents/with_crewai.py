"""crewai: a crew of one agent with a tool, its own spans sent to us."""

import os

from crewai import LLM, Agent, Crew, Task
from crewai.telemetry.tracing import telemetry_session
from crewai.telemetry.tracing.session import otlp_exporter
from crewai.tools import tool
from scenarios import ADDRESS, PROMPT, TOOL_RESULT, play


@tool("current_of")
def current_of(river: str) -> str:
    """Tell the current of a river."""
    return f"{river}: {TOOL_RESULT}"


def ask(**more):
    model = LLM(model="openai/gpt-4o", base_url=ADDRESS, api_key="none", max_retries=0, **more)
    guide = Agent(role="guide", goal="Tell the way.", backstory="A guide.", llm=model, tools=[current_of])
    task = Task(description=PROMPT, expected_output="A direction.", agent=guide)
    with telemetry_session("golden", "rivers", [otlp_exporter(f"{os.environ['RECEIVER']}/v1/traces")]):
        Crew(agents=[guide], tasks=[task], name="rivers").kickoff()


def stream():
    ask(stream=True)
    yield from "ok"


play(plain=ask, stream=stream, tool=ask)
