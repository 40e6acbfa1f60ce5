"""The instrumentor that `opentelemetry-instrument` finds; OTEL_PYTHON_DISABLED_INSTRUMENTATIONS names it `spanwise`."""

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider


class SpanwiseInstrumentor:
    """Has the shape of OpenTelemetry's `BaseInstrumentor`, of which it needs nothing else."""

    is_instrumented_by_opentelemetry = False

    def instrumentation_dependencies(self) -> tuple[str, ...]:
        """Name no package: each client is watched when the program imports it."""
        return ()

    def instrument(self, *, tracer_provider: "TracerProvider | None" = None, **_: object) -> None:
        """Trace from now on, with the provider given, else the one that is set when the first span begins.

        A wrong setting is logged and nothing is traced: an exception would keep all other instrumentors from loading.
        """
        from spanwise import start

        try:
            if tracer_provider is None:
                start.instrument_late()
            else:
                start.instrument(tracer_provider=tracer_provider)
        except ValueError as fault:
            logging.getLogger("spanwise").error("spanwise: %s; nothing is traced", fault)  # noqa: TRY400  a setting, no fault
            return
        SpanwiseInstrumentor.is_instrumented_by_opentelemetry = True

    def uninstrument(self, **_: object) -> None:
        """Leave every client as it was, and export what is waiting."""
        from spanwise import start

        start.uninstrument()
        SpanwiseInstrumentor.is_instrumented_by_opentelemetry = False
