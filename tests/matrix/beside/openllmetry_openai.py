"""OpenLLMetry's instrumentor of openai."""

from start import both


def theirs():
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()


both(theirs)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
