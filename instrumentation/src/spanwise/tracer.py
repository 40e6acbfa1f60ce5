"""Hands out the one tracer that all our spans are made with."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.trace import Tracer, TracerProvider

SCOPE = "spanwise"


@dataclass(slots=True)
class _Source:
    """Where the tracer comes from: a provider given, one found at the first span, or whatever the API has."""

    tracer: Tracer | None = None
    find: Callable[[], TracerProvider] | None = None


_source = _Source()


def tracer() -> Tracer:
    """Give the tracer of Spanwise; before `instrument()` that of the API, which may be a no-op."""
    if _source.tracer is None:
        if _source.find is None:
            return trace.get_tracer(SCOPE)
        _source.tracer = _of(_source.find())
    return _source.tracer


def use(provider: TracerProvider) -> None:
    """Make all further spans with this provider."""
    _source.tracer, _source.find = _of(provider), None


def use_at_first_span(find: Callable[[], TracerProvider]) -> None:
    """Ask for the provider only when the first span begins, so that one the program sets until then is joined."""
    _source.tracer, _source.find = None, find


def forget() -> None:
    """Go back to whatever the API has."""
    _source.tracer, _source.find = None, None


def _of(provider: TracerProvider) -> Tracer:
    from spanwise import tool_spans  # imports the SDK, which only spans need

    tool_spans.see(provider)
    return provider.get_tracer(SCOPE, version("spanwise"))
