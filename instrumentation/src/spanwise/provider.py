"""Finds the tracer provider of the program, or builds one from the OTEL_* variables."""

import atexit
import importlib
import logging
import sys
import threading
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from opentelemetry import trace
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Sampler
from opentelemetry.trace import NoOpTracerProvider, ProxyTracerProvider

from spanwise import config as configuration
from spanwise import exporters, tracer
from spanwise.config import Config
from spanwise.export_config import CONFIGURATORS, ID_GENERATORS, SAMPLERS, Export

FLUSH_TIMEOUT_S = 5.0

_logger = logging.getLogger("spanwise")
_built: list[TracerProvider] = []


class _BoundedProcessor(BatchSpanProcessor):
    """A batch processor whose shutdown holds the program for at most five seconds, whatever the collector does."""

    def shutdown(self) -> None:
        self._batch_processor.shutdown(timeout_millis=int(FLUSH_TIMEOUT_S * 1000))


def current() -> trace.TracerProvider | None:
    """Give the provider that the program has set; None where it has set none."""
    found = trace.get_tracer_provider()
    return None if isinstance(found, ProxyTracerProvider) else found


def build(config: Config, service: str | None = None) -> TracerProvider:
    """Build a provider from the OTEL_* variables; at exit it flushes within five seconds."""
    export = config.export
    provider = TracerProvider(
        sampler=_sampler(export),
        resource=_resource(service),
        id_generator=_id_generator(export),
        shutdown_on_exit=False,
    )
    for exporter in exporters.build(export):
        provider.add_span_processor(_BoundedProcessor(exporter, schedule_delay_millis=export.schedule_delay_ms))
    if export.tracer_configurator:
        _configure_tracers(provider, export.tracer_configurator)
    atexit.register(provider.shutdown)
    _built.append(provider)
    return provider


def join_or_build(config: Config, service: str | None = None) -> trace.TracerProvider:
    """Join the program's provider, or build ours and make it the program's until it sets one of its own."""
    found = current()
    if found is not None:
        return found
    if config.export.config_file:
        _configure(config.export.config_file)
        return trace.get_tracer_provider()
    made = build(config, service)
    tracer.offer(made)
    return made


def join_or_build_late() -> trace.TracerProvider:
    """Do so when the first span begins; what is wrong in the environment is told once, and nothing is traced."""
    found = current()
    if found is not None:
        return found
    try:
        return join_or_build(configuration.read())
    except ValueError as fault:
        _logger.error("spanwise: %s; nothing is traced", fault)  # noqa: TRY400  a setting that is wrong, no fault of ours
        return NoOpTracerProvider()


def flush(provider: trace.TracerProvider, timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
    """Export what is waiting, for at most `timeout_s`; answer whether all of it left in time.

    The SDK's `force_flush` does not honour its time-out, so it runs beside and is left behind when late.
    """
    if not isinstance(provider, TracerProvider):
        return True
    done = threading.Event()

    def run() -> None:
        provider.force_flush()
        done.set()

    threading.Thread(target=run, name="spanwise-flush", daemon=True).start()
    return done.wait(timeout_s)


def let_go() -> None:
    """Export what is waiting, for at most five seconds, and leave no provider of ours behind."""
    found = current()
    if found is not None and found not in _built:
        flush(found)
    tracer.withdraw()
    while _built:
        made = _built.pop()
        made.shutdown()
        atexit.unregister(made.shutdown)


def _configure(file: str) -> None:
    """Let the SDK configure itself from a file; raises ValueError where it is not what the SDK expects."""
    declarative: Any = importlib.import_module("opentelemetry.configuration")
    try:
        declarative.configure_sdk(declarative.load_config_file(file))
    except Exception as fault:
        raise ValueError(f"OTEL_CONFIG_FILE: got {file!r}, which the SDK refuses: {fault}") from fault


def _sampler(export: Export) -> Sampler | None:
    return _loaded(SAMPLERS, export.sampler)(export.sampler_arg or None) if export.sampler else None


def _id_generator(export: Export) -> IdGenerator | None:
    return _loaded(ID_GENERATORS, export.id_generator)() if export.id_generator else None


def _configure_tracers(provider: TracerProvider, name: str) -> None:
    """Let a configurator say which tracers are on, where the SDK has a place for it, which is not public yet."""
    take: Any = getattr(provider, "_set_tracer_configurator", None)
    if take is None:
        _logger.warning("OTEL_PYTHON_TRACER_CONFIGURATOR is set, and this version of the SDK does not know it")
    else:
        take(tracer_configurator=_loaded(CONFIGURATORS, name))


def _loaded(group: str, name: str) -> Any:  # noqa: ANN401  whatever the package offers
    return next(iter(entry_points(group=group, name=name))).load()


def _resource(service: str | None) -> Resource:
    resource = Resource.create({SERVICE_NAME: service} if service else {})
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: _program()}))
    return resource


def _program() -> str:
    """Name the service after what was started: a script, the package of `-m`, or a notebook."""
    path = Path(sys.argv[0] if sys.argv else "")
    name = path.parent.name if path.name == "__main__.py" else path.stem
    if name in {"ipykernel_launcher", "colab_kernel_launcher"}:
        return configuration.notebook() or "notebook"
    return "python" if name in {"", "-c", "-m"} else name
