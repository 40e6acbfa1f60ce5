"""Sets both tracers up in the order that the command line names, and makes the calls."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

ADDRESS, ENDPOINT, WAY = sys.argv[1:4]
PROMPT = "Which way does the Danube flow?"
ASK = [{"role": "user", "content": PROMPT}]


def both(theirs: Callable[[], object], *, own_provider: bool = False) -> None:
    """Set up `theirs` and ours. `own_provider`: theirs brings a provider and exporter, else the program's are used."""
    if WAY == "run":  # ours is there already
        theirs()
        return
    import spanwise

    if WAY == "ours":
        spanwise.instrument(endpoint=ENDPOINT)
        theirs()
        return
    if not own_provider:
        _provider()
    theirs()
    spanwise.instrument(endpoint=ENDPOINT)


def calls(plain: Callable[[], object], stream: Callable[[], object], later: Callable[[], Awaitable[object]]) -> None:
    """Call plainly, as a stream, and asynchronously; then let every provider send what it has."""
    plain()
    stream()
    asyncio.run(_awaited(later))
    from opentelemetry import trace

    flush = getattr(trace.get_tracer_provider(), "force_flush", None)
    if flush is not None:
        flush()


async def _awaited(later: Callable[[], Awaitable[object]]) -> None:
    await later()


def _provider() -> None:
    """Export as a program does that traces itself."""
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{ENDPOINT}/v1/traces")))
    trace.set_tracer_provider(provider)
