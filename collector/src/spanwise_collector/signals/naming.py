"""Names of OpenTelemetry metrics as Prometheus spells them.

Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from spanwise_collector.point import Labels, MetricType

_UNITS: Final = {
    "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
    "ns": "nanoseconds", "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes",
    "TiBy": "tibibytes", "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes", "m": "meters",
    "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius", "Hz": "hertz",
    "%": "percent",
}  # fmt: skip
_PER: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_NO_NAME: Final = re.compile(r"[^a-zA-Z0-9_:]+|_+")
_NO_LABEL: Final = re.compile(r"[^a-zA-Z0-9_]")
_ANNOTATION: Final = re.compile(r"\{[^}]*\}")
_REMEMBERED: Final = 4096

SESSIONS: Final = frozenset({
    "session.id", "conversation.id", "gen_ai.conversation.id", "prompt.id", "prompt_id", "organization.id",
    "user.id", "user.email", "user.name", "user.account_id", "user.account_uuid", "enduser.id",
})  # fmt: skip
"""Attributes that are no labels: there are as many values as people and sessions. Their series are added up."""

_RESOURCE: Final = {
    "service.name": "service_name",
    "deployment.environment.name": "deployment_environment_name",
    "deployment.environment": "deployment_environment_name",
}


@lru_cache(_REMEMBERED)
def family(name: str, unit: str, kind: MetricType) -> str:
    """Name the family: without the `_total` that a counter's samples have."""
    words = [word for word in _NO_NAME.sub("_", name).split("_") if word]
    if kind == "counter":
        words = [word for word in words if word != "total"] or ["total"]
    for suffix in _unit(unit, kind):
        if suffix not in words:
            words.append(suffix)
    spelled = "_".join(words) or "unnamed"
    return f"_{spelled}" if spelled[0].isdigit() else spelled


def _unit(unit: str, kind: MetricType) -> list[str]:
    """Spell a unit as words of a name: none for a number without one, a ratio for such a gauge."""
    plain = _ANNOTATION.sub("", unit).strip()
    if plain == "1":
        return ["ratio"] if kind == "gauge" else []
    amount, slash, per = plain.partition("/")
    spelled = [_UNITS.get(amount, _NO_LABEL.sub("", amount))]
    if slash and per:
        spelled.append(f"per_{_PER.get(per, _NO_LABEL.sub('', per))}")
    return [word for word in spelled if word]


@lru_cache(_REMEMBERED)
def labels(resource: Labels, scope: tuple[str, str], attributes: Labels) -> tuple[Labels, Labels]:
    """Give the labels of a series, sorted by name, and the attributes that are none, though they tell series apart."""
    found: dict[str, str] = {}
    for key, value in attributes:
        if key not in SESSIONS:
            name = _label(key)
            found[name] = f"{found[name]};{value}" if name in found else value
    found |= _origin(dict(resource), scope)
    return tuple(sorted(found.items())), tuple(each for each in attributes if each[0] in SESSIONS)


def _origin(resource: dict[str, str], scope: tuple[str, str]) -> dict[str, str]:
    name, space = resource.get("service.name", "unknown_service"), resource.get("service.namespace")
    found = {label: resource[key] for key, label in reversed(_RESOURCE.items()) if key in resource}
    found |= {"job": f"{space}/{name}" if space else name, "service_name": name}
    found |= {"instance": resource["service.instance.id"]} if "service.instance.id" in resource else {}
    found |= {"otel_scope_name": scope[0]} if scope[0] else {}
    return found | ({"otel_scope_version": scope[1]} if scope[1] else {})


def _label(key: str) -> str:
    name = _NO_LABEL.sub("_", key) or "_"
    return f"key_{name}" if name[0].isdigit() or name.startswith("__") or name in ("le", "quantile") else name
