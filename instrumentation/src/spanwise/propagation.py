"""Tells a gateway which trace a call belongs to, where that is asked for."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from opentelemetry.context import Context

from spanwise import guard

_PORTS = {"https": 443, "http": 80}
# What signs a request may have signed its headers as well.
_SIGNATURES = frozenset({"signature", "signature-input", "x-amz-content-sha256"})


class _Asked:
    """Who is told: hosts, each for all below it, `host:port`, or `all`."""

    hosts: tuple[str, ...] = ()


def configure(hosts: tuple[str, ...]) -> None:
    """Say which hosts are told the context from now on."""
    _Asked.hosts = hosts


def wanted() -> bool:
    """Say whether anybody is told at all."""
    return bool(_Asked.hosts)


@guard.guarded
def carry(context: Context, url: Any, headers: MutableMapping[str, Any]) -> tuple[str, ...] | None:  # noqa: ANN401
    """Add what the global propagator says of a context to the headers of a request to `url`; give the names added.

    None where this host is not asked for, the request is signed, or the program has said it itself.
    """
    if not _Asked.hosts or not _asked_for(url) or _signed(headers):
        return None
    from opentelemetry import propagate  # reads OTEL_PROPAGATORS, which only who asks for this needs

    propagator = propagate.get_global_textmap()
    present = {_text(name).lower() for name in headers}
    if not present.isdisjoint(propagator.fields):
        return None
    told: dict[str, str] = {}
    propagate.inject(told, context)
    names = tuple(told)  # known before they are in the headers, so that nothing can keep them there
    headers.update(told)
    return names


@guard.guarded
def take_back(names: tuple[str, ...] | None, headers: MutableMapping[str, Any]) -> None:
    """Leave the headers as the program made them, so that another attempt tells of itself."""
    for name in names or ():
        headers.pop(name, None)


def _asked_for(url: Any) -> bool:  # noqa: ANN401  each client has its own class
    host = url.host.lower()
    full = f"{host}:{url.port or _PORTS.get(url.scheme, 443)}"
    return any(asked in {"all", host, full} or host.endswith(f".{asked}") for asked in _Asked.hosts)


def _signed(headers: Mapping[str, Any]) -> bool:
    for name, value in headers.items():
        lower = _text(name).lower()
        if lower in _SIGNATURES:
            return True
        if lower == "authorization" and (_text(value).startswith("AWS4-") or "signedheaders=" in _text(value).lower()):
            return True
    return False


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
