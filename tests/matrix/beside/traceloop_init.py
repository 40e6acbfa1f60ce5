"""OpenLLMetry's own set-up."""

from start import ENDPOINT, both


def theirs():
    from traceloop.sdk import Traceloop

    Traceloop.init(api_endpoint=ENDPOINT, telemetry_enabled=False)


both(theirs, own_provider=True)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
