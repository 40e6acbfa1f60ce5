"""What openai-agents tells by itself."""

from start import both


def theirs():
    import agents

    agents.set_tracing_export_api_key("none")  # its own tracing is on; nothing of it is OpenTelemetry's
    agents.set_trace_processors([])


both(theirs)

import agents_calls  # noqa: E402  after both are set up, as programs do

agents_calls.go()
