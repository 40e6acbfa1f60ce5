"""Calls that we trace, and what the collector then makes of our spans."""

from contextlib import contextmanager

import polars as pl
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import spanwise
from spanwise_collector.decode import decode
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.price import PriceBook

_BOOK = PriceBook()


@contextmanager
def priced(provider: str | None = None):
    """Trace what the block does, calls to this machine as those of `provider`; give a function to the priced rows."""
    exporter, traced = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    traced.add_span_processor(SimpleSpanProcessor(exporter))
    spanwise.instrument(
        tracer_provider=traced, providers={"127.0.0.1": provider} if provider else {}, raise_faults=True
    )

    def frame() -> pl.DataFrame:
        body = encode_spans(exporter.get_finished_spans()).SerializeToString()
        decoded = decode(body, WANTED)
        normalised = normalise(decoded.frame)
        assert not {**decoded.faults, **normalised.faults}
        return _BOOK.price(normalised.frame)

    try:
        yield frame
    finally:
        spanwise.uninstrument()
