"""Logfire's own set-up, without suppressing what others tell."""

from start import both


def theirs():
    import logfire

    logfire.configure(send_to_logfire=False, console=False)  # exports over OTLP where the environment says so
    logfire.instrument_openai(suppress_other_instrumentation=False)


both(theirs, own_provider=True)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
