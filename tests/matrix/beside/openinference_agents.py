"""OpenInference's instrumentor of openai-agents."""

from start import both


def theirs():
    from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    OpenAIAgentsInstrumentor().instrument()


both(theirs)

import agents_calls  # noqa: E402  after both are set up, as programs do

agents_calls.go()
