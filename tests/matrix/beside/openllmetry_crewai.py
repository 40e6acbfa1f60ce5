"""OpenLLMetry's instrumentor of CrewAI."""

from start import both


def theirs():
    from opentelemetry.instrumentation.crewai import CrewAIInstrumentor

    CrewAIInstrumentor().instrument()


both(theirs)

import crewai_calls  # noqa: E402  after both are set up, as programs do

crewai_calls.go()
