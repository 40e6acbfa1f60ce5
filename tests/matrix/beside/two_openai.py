"""OpenInference's and OpenLLMetry's instrumentors of openai, on top of one another."""

from start import both


def theirs():
    from openinference.instrumentation.openai import OpenAIInstrumentor as Inference
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor as Metry

    Inference().instrument()
    Metry().instrument()


both(theirs)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
