"""Reads what the environment asks for; the only place that does."""

import functools
import importlib.util
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spanwise import content_config, export_config
from spanwise.budget import Limits
from spanwise.content_config import Content
from spanwise.export_config import Export
from spanwise.reader import Reader

_OURS = "SPANWISE_"
_NAMES = frozenset(
    _OURS + name for name in (
        "STREAM_USAGE", "RAISE_FAULTS", "PROVIDERS", "PROPAGATE", "REDACT", "CONTENT_MAX_BYTES", "RUN_BUDGET_USD",
        "RUN_BUDGET_TOKENS", "RUN_BUDGET_STEPS", "RUN_BUDGET_REPEATS", "STOP_URL",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment asks for."""

    export: Export = field(default_factory=Export)
    """How a provider of ours exports; of no meaning where the program has one."""
    disabled: bool = False
    stream_usage: bool = True
    raise_faults: bool = False
    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Host or host:port -> provider, beside those that are known."""
    content: Content = field(default_factory=Content)
    """What is captured of what is said to and by models."""
    propagate: tuple[str, ...] = ()
    """Hosts that are told the trace context, each for all below it; `all` for every one."""
    budget: Limits = field(default_factory=Limits)
    """What one run may use."""
    stop_url: str = ""
    """The collector that is asked which runs are to be stopped; blank asks nobody."""
    service: str = ""
    """Whose runs these are, as far as the environment says so."""


def read(
    environ: Mapping[str, str] | None = None,
    *,
    building: bool = True,
    endpoint: str | None = None,
    stream_usage: bool | None = None,
    raise_faults: bool | None = None,
    providers: Mapping[str, str] | None = None,
) -> Config:
    """Read the configuration from the environment; an argument wins over its variable.

    `building` false leaves out what only matters to a provider of ours.
    Raises ValueError that names every faulty variable, its value and what was expected. A variable that is named much
    like one of ours is warned of.
    """
    env = os.environ if environ is None else environ  # noqa: TID251  the one place
    reader = Reader(env)
    asked_usage = reader.flag("SPANWISE_STREAM_USAGE", default=True)
    asked_raise = reader.flag("SPANWISE_RAISE_FAULTS", default=False)
    config = Config(
        export=export_config.read(reader, endpoint) if building else Export(),
        disabled=reader.flag("OTEL_SDK_DISABLED", default=False),
        stream_usage=asked_usage if stream_usage is None else stream_usage,
        raise_faults=asked_raise if raise_faults is None else raise_faults,
        providers={**reader.pairs("SPANWISE_PROVIDERS"), **(providers or {})},
        content=content_config.read(reader),
        propagate=_propagate(reader),
        budget=_budget(reader),
        stop_url=_stop_url(reader),
        service=reader.text("OTEL_SERVICE_NAME"),
    )
    for name in env:
        if name.startswith(_OURS) and name not in _NAMES:
            _warn_of(name)
    reader.done()
    return config


@functools.cache  # once in a process is enough
def _warn_of(name: str) -> None:
    import difflib

    for meant in difflib.get_close_matches(name, _NAMES, n=1, cutoff=0.85):
        logging.getLogger("spanwise").warning("spanwise: %s is no setting; did you mean %s?", name, meant)


def notebook() -> str:
    """Name the notebook that a Jupyter server started this kernel for; blank where it does not tell."""
    return Path(os.environ.get("JPY_SESSION_NAME", "")).stem  # noqa: TID251  the one place


def _propagate(reader: Reader) -> tuple[str, ...]:
    hosts = tuple(host.lower() for host in reader.names("SPANWISE_PROPAGATE"))
    for host in hosts:
        if "/" in host or (host in {"none", "all"} and len(hosts) > 1):
            reader.wrong("SPANWISE_PROPAGATE", ",".join(hosts), "none, all, or hosts such as gateway.internal")
    for name in reader.names("OTEL_PROPAGATORS") if hosts else ():
        reader.installed("OTEL_PROPAGATORS", name, "opentelemetry_propagator", ("none",))
    return () if hosts == ("none",) else hosts


def _budget(reader: Reader) -> Limits:
    cost_usd = reader.number("SPANWISE_RUN_BUDGET_USD", 0.0001)
    if cost_usd is not None and importlib.util.find_spec("genai_prices") is None:
        reader.wrong("SPANWISE_RUN_BUDGET_USD", f"{cost_usd:g}", "genai-prices, which knows what calls cost, installed")
    return Limits(
        cost_usd=cost_usd,
        tokens=reader.whole("SPANWISE_RUN_BUDGET_TOKENS", 1),
        steps=reader.whole("SPANWISE_RUN_BUDGET_STEPS", 1),
        repeats=reader.whole("SPANWISE_RUN_BUDGET_REPEATS", 2),
    )


def _stop_url(reader: Reader) -> str:
    url = reader.text("SPANWISE_STOP_URL")
    if url and not url.startswith(("http://", "https://")):
        reader.wrong("SPANWISE_STOP_URL", url, "the address of the collector, such as http://127.0.0.1:8750")
    return url


def child_environment(bootstrap: Path, service: str | None, endpoint: str | None) -> dict[str, str]:
    """Build the environment of a program that is to be traced: ours, with the bootstrap folder first on its path."""
    environ = dict(os.environ)  # noqa: TID251  the one place
    paths = [str(bootstrap), *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    if service:
        environ["OTEL_SERVICE_NAME"] = service
    if endpoint:
        environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint
        environ.pop("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", None)  # the more specific variable would win
    return environ
