"""An agent of an application that traces itself: one span around all that it does."""

from opentelemetry import trace


def agent(*steps):
    """Take the steps one after another below one span."""
    tracer = trace.get_tracer("golden")
    with tracer.start_as_current_span("invoke_agent guide") as span:
        span.set_attributes({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "guide"})
        for step in steps:
            step()
