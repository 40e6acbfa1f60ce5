"""OpenInference's instrumentor of anthropic."""

from start import both


def theirs():
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument()


both(theirs)

import anthropic_calls  # noqa: E402  after both are set up, as programs do

anthropic_calls.go()
