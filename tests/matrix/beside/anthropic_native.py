"""What the anthropic SDK tells by itself."""

from start import both


def theirs():
    """Do nothing: the SDK traces by itself."""


both(theirs)

import anthropic_calls  # noqa: E402  after both are set up, as programs do

anthropic_calls.go()
