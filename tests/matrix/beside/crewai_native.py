"""CrewAI's own telemetry."""

from start import both


def theirs():
    """Do nothing: CrewAI's own telemetry has a provider of its own."""


both(theirs)

import crewai_calls  # noqa: E402  after both are set up, as programs do

crewai_calls.go()
