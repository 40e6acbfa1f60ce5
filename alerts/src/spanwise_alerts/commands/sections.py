"""Find the `alerts:` section in a spanwise.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from spanwise_alerts.commands.terminal import CommandError
from spanwise_alerts.faults import ConfigError, Fault

if TYPE_CHECKING:
    from spanwise_alerts.config import AlertsConfig
    from spanwise_alerts.rule import Rule


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


def read_rules(path: Path, name: str | None) -> tuple[list[Rule], AlertsConfig]:
    """Read rules of a rule file or of a spanwise.yaml, and the section around them; with a name that rule only.

    Raises:
        ConfigError: with everything that is wrong with it.
        CommandError: there is no rule, or none of that name.
    """
    from spanwise_alerts.config import AlertsConfig, load_rules
    from spanwise_alerts.files import read_yaml

    data = read_yaml(path, str(path))
    is_rule_file = isinstance(data, dict) and "rules" in cast("dict[str, object]", data)
    config = AlertsConfig() if is_rule_file else read_alerts(path)
    rules = load_rules(cast("object", data), str(path)) if is_rule_file else list(config.rules)
    wanted = [rule for rule in rules if name in {None, rule.name}]
    if not wanted and name is None:
        raise CommandError(f"{path}: expected rules, there are none")
    if not wanted:
        raise CommandError(f"--rule: got {name!r}, expected one of {', '.join(rule.name for rule in rules)}")
    return wanted, config
