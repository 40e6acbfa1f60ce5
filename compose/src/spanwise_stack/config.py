"""One configuration for all parts: flags over file over defaults, every fault at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spanwise_alerts import config as alerts_config
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.faults import ConfigError, Fault, expected, faults_of
from spanwise_alerts.files import read_yaml
from spanwise_collector.config import CollectorConfig, split_address

Mappings = dict[str, Any]
_Part = TypeVar("_Part")

_ANYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 compared with, not bound to
_AGENT_BLIND_TO: Final = ("OTEL_", "SPANWISE_", "OPENAI_")


class StackConfig(BaseModel):
    """Everything that `spanwise up` can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    collector: CollectorConfig = Field(default_factory=CollectorConfig, description="spans in, numbers out")
    alerts: AlertsConfig = Field(default_factory=AlertsConfig, description="whom to wake")


@dataclass(frozen=True, slots=True)
class Flags:
    """What the command line says; none where it says nothing."""

    otlp_http: str | None = None
    otlp_grpc: str | None = None
    http: str | None = None
    alerts: str | None = None
    data: Path | None = None


def addresses(config: StackConfig) -> dict[str, str]:
    """Name what listens where, by the flag that moves it."""
    return {
        "--otlp-http": config.collector.otlp.http,
        "--otlp-grpc": config.collector.otlp.grpc,
        "--http": config.collector.http,
        "--alerts": config.alerts.http,
    }


_PATHS: Final = {
    "--otlp-http": "collector.otlp.http",
    "--otlp-grpc": "collector.otlp.grpc",
    "--http": "collector.http",
    "--alerts": "alerts.http",
}


def load(file: Path | None = None, flags: Flags | None = None) -> StackConfig:
    """Put flags over the file over the defaults.

    Paths of rule files are relative to the file's folder, the data folder to the working directory.

    Raises:
        ConfigError: with everything that is wrong.
    """
    given: object = _or_empty(read_yaml(file, str(file))) if file else {}
    config = _flagged(parse(given, str(file or "flags"), file.parent if file else Path()), flags or Flags())
    if clashes := _clashes(config, str(file or "flags")):
        raise ConfigError(clashes)
    return config


def parse(given: object, file: str, base: Path) -> StackConfig:
    """Check the sections of a configuration.

    Args:
        given: what the file holds.
        file: the file as the user named it.
        base: the folder that rule files are relative to.

    Raises:
        ConfigError: with everything that is wrong.
    """
    if not isinstance(given, dict):
        raise ConfigError([Fault(file, "", f"expected a mapping with {', '.join(StackConfig.model_fields)}")])
    sections = cast("Mappings", given)
    faults = [
        Fault(file, str(key), "unknown key: " + expected(key, StackConfig.model_fields))
        for key in sections
        if key not in StackConfig.model_fields
    ]
    collector = _section(lambda: _collector(sections.get("collector"), file), faults)
    alerts = _section(lambda: _alerts(sections.get("alerts"), file, base), faults)
    if faults or collector is None or alerts is None:
        raise ConfigError(faults)
    return StackConfig(collector=collector, alerts=alerts)


def _section(read: Callable[[], _Part], faults: list[Fault]) -> _Part | None:
    try:
        return read()
    except ConfigError as error:
        faults.extend(error.faults)
        return None


def _or_empty(section: object) -> object:
    # a section whose keys are all commented out is null in YAML
    return {} if section is None else section


def _collector(section: object, file: str) -> CollectorConfig:
    try:
        return CollectorConfig.model_validate(_or_empty(section))
    except ValidationError as error:
        found = faults_of(error, CollectorConfig, file)
        raise ConfigError([fault.under("collector") for fault in found]) from None


def _alerts(section: object, file: str, base: Path) -> AlertsConfig:
    try:
        return alerts_config.load(section, file, base)
    except ConfigError as error:
        # what is wrong in a rule file has its path there, not below `alerts`
        raise ConfigError([fault.under("alerts") if fault.file == file else fault for fault in error.faults]) from None


def _flagged(config: StackConfig, flags: Flags) -> StackConfig:
    collector = config.collector
    otlp = {key: value for key, value in (("http", flags.otlp_http), ("grpc", flags.otlp_grpc)) if value}
    mine: Mappings = {"otlp": collector.otlp.model_copy(update=otlp)}
    mine |= {"http": flags.http} if flags.http else {}
    mine |= {"data": flags.data} if flags.data else {}
    alerts = config.alerts.model_copy(update={"http": flags.alerts} if flags.alerts else {})
    return StackConfig.model_construct(collector=collector.model_copy(update=mine), alerts=alerts)


def _clashes(config: StackConfig, file: str) -> list[Fault]:
    return [
        Fault(file, _PATHS[later], f"{address} clashes with {_PATHS[flag]} {other}; {later} HOST:PORT moves it")
        for (flag, other), (later, address) in combinations(addresses(config).items(), 2)
        if _clash(split_address(other), split_address(address))
    ]


def _clash(one: tuple[str, int], other: tuple[str, int]) -> bool:
    same_host = one[0] == other[0] or bool(_ANYWHERE & {one[0], other[0]})
    return same_host and one[1] == other[1] != 0


def agent_environment() -> Mapping[str, str]:
    """Give the environment of the demo's agent: this process's, without what would send its calls elsewhere."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(_AGENT_BLIND_TO)}  # noqa: TID251 the one reader
    return mine | {
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "OTEL_BSP_SCHEDULE_DELAY": "500",
        "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment.name=demo",
    }
