from opentelemetry.context import Context
from opentelemetry.sdk.trace import ConcurrentMultiSpanProcessor, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from spanwise import quick
from spanwise.span_sinks import Sinks
from spanwise.tool_spans import ToolSpans


class Noting(SpanProcessor):
    """Notes what it is told."""

    def __init__(self):
        self.told = []

    def on_start(self, *_args, **_more):
        self.told.append("start")

    def _on_ending(self, *_args):
        self.told.append("ending")

    def on_end(self, *_args):
        self.told.append("end")


def end_one(start) -> None:
    span, _ = start("n", Context(), None, SpanKind.CLIENT, {})
    span.end()


def test_processor_added_later_is_told_too():
    provider, noting = TracerProvider(shutdown_on_exit=False), Noting()
    start = quick.maker(provider.get_tracer("scope"))
    end_one(start)
    provider.add_span_processor(noting)
    end_one(start)
    assert noting.told == ["start", "ending", "end"]


def test_processor_added_while_a_span_is_open_is_told_of_its_end():
    provider, noting = TracerProvider(shutdown_on_exit=False), Noting()
    span, _ = quick.maker(provider.get_tracer("scope"))("n", Context(), None, SpanKind.CLIENT, {})
    provider.add_span_processor(noting)
    span.end()
    assert noting.told == ["ending", "end"]


def test_processors_side_by_side_are_told_through_the_sdks_own():
    several, noting = ConcurrentMultiSpanProcessor(), Noting()
    provider = TracerProvider(active_span_processor=several, shutdown_on_exit=False)
    start = quick.maker(provider.get_tracer("scope"))
    provider.add_span_processor(noting)
    end_one(start)
    assert noting.told == ["start", "ending", "end"]
    provider.shutdown()


def test_methods_of_the_sdk_that_do_nothing_are_left_out():
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    for processor in (BatchSpanProcessor(exporter), SimpleSpanProcessor(exporter), ToolSpans(), SpanProcessor()):
        provider.add_span_processor(processor)
    sinks = Sinks(provider._active_span_processor)
    assert (len(sinks.started), len(sinks.ending), len(sinks.ended)) == (0, 0, 2)
    provider.shutdown()
