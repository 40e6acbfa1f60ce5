"""Nobody beside ours."""

from start import both


def theirs():
    """Do nothing."""


both(theirs)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
