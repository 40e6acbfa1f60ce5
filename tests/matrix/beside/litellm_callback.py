"""LiteLLM's own OpenTelemetry callback."""

from start import both


def theirs():
    import litellm

    litellm.callbacks = ["otel"]


both(theirs)

import litellm_calls  # noqa: E402  after both are set up, as programs do

litellm_calls.go()
