"""Find the `alerts:` section in a spanwise.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from spanwise_alerts.faults import ConfigError, Fault

if TYPE_CHECKING:
    from spanwise_alerts.config import AlertsConfig


def alerts_of(keys: Mapping[str, object], name: str, base: Path) -> AlertsConfig:
    """Read the section of a file that is parsed already; rule files are relative to `base`.

    Raises:
        ConfigError: with everything that is wrong with it, or that it is no such file.
    """
    from spanwise_alerts.config import load

    if not keys.keys() & {"alerts", "collector"}:
        raise ConfigError([Fault(name, "", "expected the key `rules` (a rule file) or `alerts` (a spanwise.yaml)")])
    try:
        return load(keys.get("alerts"), name, base)
    except ConfigError as error:
        raise ConfigError([f.under("alerts") if f.file == name else f for f in error.faults]) from error


def read_alerts(path: Path) -> AlertsConfig:
    """Read the section of a file.

    Raises:
        ConfigError: with everything that is wrong with it.
    """
    from spanwise_alerts.files import read_yaml

    data = read_yaml(path, str(path))
    return alerts_of(cast("dict[str, object]", data) if isinstance(data, dict) else {}, str(path), path.parent)
