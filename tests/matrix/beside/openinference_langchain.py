"""OpenInference's instrumentor of LangChain."""

from start import both


def theirs():
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument()


both(theirs)

import langchain_calls  # noqa: E402  after both are set up, as programs do

langchain_calls.go()
