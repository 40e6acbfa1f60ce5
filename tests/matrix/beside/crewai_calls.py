"""Three calls of a crew of one agent."""

from crewai import LLM, Agent, Crew, Task
from start import ADDRESS, PROMPT, calls


def crew(**more):
    model = LLM(model="openai/gpt-4o", base_url=f"{ADDRESS}/v1", api_key="none", **more)
    guide = Agent(role="guide", goal="Tell the way.", backstory="A guide.", llm=model)
    task = Task(description=PROMPT, expected_output="A direction.", agent=guide)
    return Crew(agents=[guide], tasks=[task])


def plain():
    crew().kickoff()


def stream():
    crew(stream=True).kickoff()


async def later():
    await crew().kickoff_async()


def go():
    calls(plain, stream, later)
