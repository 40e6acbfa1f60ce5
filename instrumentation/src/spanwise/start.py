"""Turns the tracing of a program on and off."""

import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from spanwise import config as configuration
from spanwise import guard
from spanwise.config import Config
from spanwise.content_config import Content, Redactor

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider


def instrument(
    *,
    service: str | None = None,
    endpoint: str | None = None,
    tracer_provider: "TracerProvider | None" = None,
    stream_usage: bool | None = None,
    raise_faults: bool | None = None,
    providers: Mapping[str, str] | None = None,
    redactor: Redactor | None = None,
) -> None:
    """Trace every model call of this process from now on.

    Spans go to `tracer_provider`, else to the provider that the program has set or sets later, else to one built from
    the OTEL_* variables that exports over OTLP to `endpoint` (`http://127.0.0.1:4318` where nothing says otherwise).
    `stream_usage` decides whether the usage of streams is asked for (also SPANWISE_STREAM_USAGE); `raise_faults` raises
    our own faults, for tests (also SPANWISE_RAISE_FAULTS). `providers` names hosts of your own, `host` or `host:port`
    (also SPANWISE_PROVIDERS, as `host=provider,host2:8000=provider2`). Calling it again applies the new arguments.
    `redactor` takes each text of captured content and the attribute it is for, after what is redacted by itself, and
    gives what may leave, or None to leave it out; where it raises, no content leaves.

    Raises ValueError that names every faulty variable.
    """
    joins = tracer_provider is not None or _has_provider()
    config = configuration.read(
        building=not joins,
        endpoint=endpoint,
        stream_usage=stream_usage,
        raise_faults=raise_faults,
        providers=providers,
    )
    if config.disabled:
        return
    from spanwise import provider, tracer

    tracer.use(tracer_provider or provider.join_or_build(config, service))
    _watch(config, redactor)


def instrument_late() -> None:
    """Trace from now on, but take the provider only at the first span, so that one the program sets first is joined.

    Nothing heavy is imported before the program imports an HTTP client. Raises ValueError like `instrument`; what is
    wrong for a provider of ours is told when one is built.
    """
    config = configuration.read(building=False)
    if config.disabled:
        return
    from spanwise import tracer

    def find() -> "TracerProvider":
        from spanwise import provider

        return provider.join_or_build_late()

    tracer.use_at_first_span(find)
    _watch(config)


def uninstrument() -> None:
    """Leave every client as it was, and export what is waiting, for at most five seconds.

    The provider that was built is gone with its threads; one of the program's stays.
    """
    from spanwise import exits, heartbeat, later, provider, tracer
    from spanwise.budget import BUDGETS, Limits
    from spanwise.content import capture
    from spanwise.stops import LISTENER
    from spanwise.transports import registry

    for transport in registry.TRANSPORTS:
        transport.unwatch()
    exits.unwatch()
    heartbeat.stop()
    later.LATER.settle()
    tracer.forget()
    BUDGETS.configure(Limits())
    LISTENER.close()
    capture.configure(Content())
    guard.configure(raise_faults=False)
    provider.let_go()


def _has_provider() -> bool:
    from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider

    return not isinstance(get_tracer_provider(), ProxyTracerProvider)


def _watch(config: Config, redactor: Redactor | None = None) -> None:
    from spanwise import exchange, exits, propagation
    from spanwise import providers as provider_names
    from spanwise.budget import BUDGETS
    from spanwise.content import capture
    from spanwise.stops import LISTENER
    from spanwise.transports import registry

    exchange.configure(stream_usage=config.stream_usage)
    guard.configure(raise_faults=config.raise_faults)
    provider_names.configure(config.providers)
    propagation.configure(config.propagate)
    capture.configure(config.content, redactor)
    BUDGETS.configure(config.budget, listens=bool(config.stop_url))
    LISTENER.configure(config.stop_url, config.service)
    for transport in registry.TRANSPORTS:
        transport.watch()
    exits.watch()
    _warn_of_stacks()


@functools.cache  # once in a process is enough
@guard.guarded
def _warn_of_stacks() -> None:
    """Warn where several instrumentors of one SDK are installed, each of which tells a call once more."""
    from spanwise.doctor import stacks

    for warning in stacks.stacked(stacks.others()):
        logging.getLogger("spanwise").warning("%s", warning)
