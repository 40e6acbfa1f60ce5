"""Drives each installed SDK through every case, under the real instrumentation."""

# ruff: noqa: ANN401  an SDK is whatever version is installed

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from spanwise import retries, start
from spanwise.doctor.cases import CASES, Case, missing
from spanwise.doctor.loopback import Loopback, serve
from spanwise.doctor.probe import NotOffered, Probe


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case of one SDK showed: the attributes of its spans, and what they do not tell."""

    case: str
    spans: tuple[Mapping[str, object], ...] = ()
    missing: tuple[str, ...] = ()
    skipped: str = ""
    """Why the SDK could not play it, where that is no fault."""


@dataclass(frozen=True, slots=True)
class Examined:
    """One installed SDK."""

    distribution: str
    version: str
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple)


def installed(distribution: str) -> str | None:
    """Give the version of a distribution; None where it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def examine(probes: Sequence[Probe]) -> list[Examined]:
    """Examine the SDKs that are installed; the tracing of this process is on meanwhile, and off afterwards.

    Raises ValueError that names every faulty variable of the environment.
    """
    exporter = InMemorySpanExporter()
    provider = TracerProvider(sampler=ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    start.instrument(tracer_provider=provider)
    try:
        with serve() as server:
            return [
                Examined(probe.distribution, found, tuple(_outcomes(probe, server, exporter)))
                for probe in probes
                if (found := installed(probe.distribution)) is not None
            ]
    finally:
        start.uninstrument()
        provider.shutdown()


def _outcomes(probe: Probe, server: Loopback, exporter: InMemorySpanExporter) -> list[Outcome]:
    try:
        sdk = importlib.import_module(probe.module)
    except Exception as fault:  # noqa: BLE001  a broken installation may raise anything
        return [Outcome("import", missing=(f"cannot be imported: {type(fault).__name__}: {fault}",))]
    return [_outcome(case, probe, sdk, server, exporter) for case in CASES]


def _outcome(case: Case, probe: Probe, sdk: Any, server: Loopback, exporter: InMemorySpanExporter) -> Outcome:
    exporter.clear()
    retries.forget()  # each case stands for a program of its own
    try:
        case.drive(probe, sdk, server)
    except NotOffered as lack:
        return Outcome(case.name, skipped=str(lack))
    except Exception as fault:  # noqa: BLE001  an SDK that is driven wrongly may raise anything
        told = (f"could not be driven: {type(fault).__name__}: {fault}",)
        return Outcome(case.name, _told(exporter.get_finished_spans()), told)
    spans = sorted(exporter.get_finished_spans(), key=lambda span: span.start_time or 0)
    return Outcome(case.name, _told(spans), tuple(missing(case, probe, spans)))


def _told(spans: Sequence[ReadableSpan]) -> tuple[Mapping[str, object], ...]:
    return tuple(dict(span.attributes or {}) for span in spans)
