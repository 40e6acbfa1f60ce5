"""Sees the tool spans that others make, so that none is inferred beside them."""

from weakref import WeakSet

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

from spanwise import guard
from spanwise.inferred import CALLS

_NAMES = ("gen_ai.tool.name", "tool.name", "traceloop.entity.name")
_IDS = ("gen_ai.tool.call.id", "tool_call.id")
_seen: WeakSet[TracerProvider] = WeakSet()


class ToolSpans(SpanProcessor):
    """Notes each tool span that ends, in the words of GenAI, OpenInference or OpenLLMetry."""

    @guard.guarded  # it runs where any span of the program ends
    def on_end(self, span: ReadableSpan) -> None:
        """Note the span where it is a tool's, and not one that was inferred."""
        if not len(CALLS):
            return
        attributes, context = span.attributes, span.context
        if not attributes or context is None or "spanwise.inferred" in attributes:
            return
        name = next((attributes[key] for key in _NAMES if key in attributes), None)
        if isinstance(name, str):
            call_id = next((str(attributes[key]) for key in _IDS if key in attributes), None)
            CALLS.ran(context.trace_id if span.parent else 0, name, call_id)


def see(provider: object) -> None:
    """Watch the tool spans of a provider of the SDK, once."""
    if isinstance(provider, TracerProvider) and provider not in _seen:
        _seen.add(provider)
        provider.add_span_processor(ToolSpans())
