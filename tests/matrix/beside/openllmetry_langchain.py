"""OpenLLMetry's instrumentor of LangChain."""

from start import both


def theirs():
    from opentelemetry.instrumentation.langchain import LangchainInstrumentor

    LangchainInstrumentor().instrument()


both(theirs)

import langchain_calls  # noqa: E402  after both are set up, as programs do

langchain_calls.go()
