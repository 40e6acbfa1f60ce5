"""What pydantic-ai tells by itself."""

from start import both


def theirs():
    from pydantic_ai import Agent

    Agent.instrument_all()


both(theirs)

import pydantic_ai_calls  # noqa: E402  after both are set up, as programs do

pydantic_ai_calls.go()
