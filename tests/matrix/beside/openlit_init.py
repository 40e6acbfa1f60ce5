"""OpenLIT's own set-up."""

from start import ENDPOINT, both


def theirs():
    import openlit

    openlit.init(otlp_endpoint=ENDPOINT, disable_metrics=True)


both(theirs, own_provider=True)

import openai_calls  # noqa: E402  after both are set up, as programs do

openai_calls.go()
