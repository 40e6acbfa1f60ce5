"""Reads what the environment asks for; the only place that does."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_ENDPOINT = "http://127.0.0.1:4318"
SCHEDULE_DELAY_MS = 1000

_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")
_EXPORTERS = ("otlp", "console", "none")


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment asks for; a schedule delay of None leaves it to the SDK."""

    traces_endpoint: str = f"{DEFAULT_ENDPOINT}/v1/traces"
    exporter: str = "otlp"
    disabled: bool = False
    stream_usage: bool = True
    raise_faults: bool = False
    schedule_delay_ms: int | None = SCHEDULE_DELAY_MS
    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Host or host:port -> provider, beside those that are known."""


@dataclass(slots=True)
class _Reader:
    """Reads typed values and gathers every fault, so that all are told at once."""

    environ: Mapping[str, str]
    faults: list[str] = field(default_factory=list[str])

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.environ.get(name, "").strip().lower()
        if value and value not in _TRUE + _FALSE:
            self.faults.append(f"{name}: got {value!r}, expected true or false")
        return default if not value else value in _TRUE

    def pairs(self, name: str) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for entry in filter(None, (part.strip() for part in self.environ.get(name, "").split(","))):
            host, _, provider = (part.strip() for part in entry.partition("="))
            if not host or not provider or "/" in host:
                self.faults.append(f"{name}: got {entry!r}, expected host=provider or host:port=provider")
            pairs[host] = provider
        return pairs

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        value = self.environ.get(name, "").strip().lower() or options[0]
        if value not in options:
            self.faults.append(f"{name}: got {value!r}, expected one of {', '.join(options)}")
        return value


def read(
    environ: Mapping[str, str] | None = None,
    *,
    endpoint: str | None = None,
    stream_usage: bool | None = None,
    raise_faults: bool | None = None,
    providers: Mapping[str, str] | None = None,
) -> Config:
    """Read the configuration from the environment; an argument wins over its variable.

    Raises ValueError that names every faulty variable, its value and what was expected.
    """
    env = os.environ if environ is None else environ  # noqa: TID251  the one place
    reader = _Reader(env)
    for name in ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        reader.choice(name, ("http/protobuf",))
    asked_usage = reader.flag("SPANWISE_STREAM_USAGE", default=True)
    asked_raise = reader.flag("SPANWISE_RAISE_FAULTS", default=False)
    config = Config(
        traces_endpoint=_endpoint(env, endpoint),
        exporter=reader.choice("OTEL_TRACES_EXPORTER", _EXPORTERS),
        disabled=reader.flag("OTEL_SDK_DISABLED", default=False),
        stream_usage=asked_usage if stream_usage is None else stream_usage,
        raise_faults=asked_raise if raise_faults is None else raise_faults,
        schedule_delay_ms=None if env.get("OTEL_BSP_SCHEDULE_DELAY") else SCHEDULE_DELAY_MS,
        providers={**reader.pairs("SPANWISE_PROVIDERS"), **(providers or {})},
    )
    if reader.faults:
        raise ValueError("; ".join(reader.faults))
    return config


def _endpoint(env: Mapping[str, str], base: str | None) -> str:
    """Name the address for traces: the argument, the variable for traces, the variable for all, the default."""
    exact = env.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "").strip()
    if exact and base is None:
        return exact
    base = base or env.get("OTEL_EXPORTER_OTLP_ENDPOINT", "").strip() or DEFAULT_ENDPOINT
    return f"{base.rstrip('/')}/v1/traces"


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
