"""OpenInference's instrumentor of LiteLLM."""

from start import both


def theirs():
    from openinference.instrumentation.litellm import LiteLLMInstrumentor

    LiteLLMInstrumentor().instrument()


both(theirs)

import litellm_calls  # noqa: E402  after both are set up, as programs do

litellm_calls.go()
