"""The `alerts:` section of spanwise.yaml and the rule files: models, loading, every fault at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, cast

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from sqlalchemy import URL

from spanwise_alerts.askable import untold
from spanwise_alerts.faults import ConfigError, Fault, expected, faults_of
from spanwise_alerts.files import read_yaml
from spanwise_alerts.links import Links
from spanwise_alerts.people.acknowledging import Acknowledging
from spanwise_alerts.people.escalation import Escalation, faults_of_steps
from spanwise_alerts.people.on_call import OnCall, Person, faults_of_duties, faults_of_people
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.receivers.secret_file import SecretFile
from spanwise_alerts.route import Flap, InhibitRule, Maintenance, Reminder, Route, Storm, faults_in
from spanwise_alerts.rule import COLLECTOR, Duration, Rule, Section, refuse
from spanwise_alerts.rules.defaults import default_rules
from spanwise_alerts.rules.kinds import AnyRule
from spanwise_alerts.secret import DatabaseUrl, url_of
from spanwise_alerts.sources import NamedSource
from spanwise_alerts.stop import Stopper, stoppers
from spanwise_alerts.timing import NamedIntervals
from spanwise_alerts.unnamed import unnamed

_HOST_PORT: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s/]+):(\d{1,5})")
_MAX_PORT: Final = 65535


def host_port(raw: str) -> str:
    """Accept HOST:PORT; port 0 lets the system choose.

    Raises:
        ValueError: it is none.
    """
    match = _HOST_PORT.fullmatch(raw)
    if not match or int(match[2]) > _MAX_PORT:
        raise ValueError(f"got {raw!r}, expected HOST:PORT such as 127.0.0.1:9093")
    return raw


HostPort = Annotated[str, AfterValidator(host_port)]


class AlertsConfig(Section):
    """All that can be set; without receivers alerts are recorded only."""

    http: HostPort = Field(
        default="127.0.0.1:9093", description="Alertmanager's API v2, health and own metrics, HOST:PORT"
    )
    external_url: str = Field(
        default="", description="where people and receivers reach this alert manager; empty: nothing links to it",
        examples=["https://alerts.example.com"],
    )  # fmt: skip
    database: DatabaseUrl | None = Field(
        default=None, description="a PostgreSQL, where several replicas share the work (default: SQLite in the data)",
        examples=["postgresql://spanwise@db.example.com/spanwise"],
    )  # fmt: skip
    links: Links = Field(default_factory=Links, description="where messages lead to: boards and traces")
    interval_s: Duration = Field(
        default=0.3, alias="interval", gt=0, le=1.0, description="how often rules are evaluated; at most 1s"
    )
    rules: list[AnyRule] = Field(default_factory=list[AnyRule], description="what is judged; see rules.md")
    rule_files: list[str] = Field(
        default_factory=list[str],
        description="files with `rules:`, as paths or patterns relative to this file",
        examples=["rules/*.yaml"],
    )
    default_rules: bool = Field(
        default=True, description="also watch what Spanwise brings along; a rule of yours of the same name replaces one"
    )
    sources: list[NamedSource] = Field(
        default_factory=list[NamedSource], description="who else may be asked for numbers, beside the collector"
    )
    receivers: list[Receiver] = Field(
        default_factory=list[Receiver], description="whom to tell, by webhook, by mail or by both"
    )
    time_intervals: list[NamedIntervals] = Field(
        default_factory=list[NamedIntervals], description="time intervals that routes name"
    )
    people: list[Person] = Field(default_factory=list[Person], description="who can be on call; see people.md")
    on_call: list[OnCall] = Field(default_factory=list[OnCall], description="who has the duty when")
    escalations: list[Escalation] = Field(
        default_factory=list[Escalation], description="who is called one after the other until somebody acknowledges"
    )
    acknowledging: Acknowledging = Field(
        default_factory=Acknowledging, description="when an acknowledgement ends while the alert goes on firing"
    )
    link_secret_file: SecretFile | None = Field(
        default=None, description="what links in messages are signed with (default: made once in the data)",
        examples=["/run/secrets/links"],
    )  # fmt: skip
    route: Route = Field(
        default_factory=Route, validate_default=True, description="who is told what and when; see routing.md"
    )
    inhibit_rules: list[InhibitRule] = Field(
        default_factory=list[InhibitRule], description="which alerts hold others back"
    )
    maintenance: list[Maintenance] = Field(default_factory=list[Maintenance], description="silences that recur")
    flap: Flap = Field(default_factory=Flap, description="when an alert that comes and goes is told by a digest")
    storm: Storm = Field(default_factory=Storm, description="how many messages one receiver gets")
    reminder: Reminder = Field(default_factory=Reminder, description="a word before a silence ends")
    resolve_timeout_s: Duration = Field(
        default=300.0, alias="resolve_timeout", gt=0,
        description="when a pushed alert without an end is over unless it is pushed again (default 5m)",
    )  # fmt: skip
    start_delay_s: Duration = Field(
        default=1.0, alias="start_delay",
        description="how long after a start nothing is told if no rule was evaluated yet (default 1s)",
    )  # fmt: skip

    @property
    def watched(self) -> list[Rule]:
        """All rules that are evaluated: the user's, and the default ones whose names they do not take."""
        names = {rule.name for rule in self.rules}
        brought = [rule for rule in default_rules() if rule.name not in names] if self.default_rules else []
        if own := self.external_url.rstrip("/"):
            brought = [rule.model_copy(update={"runbook": f"{own}/runbooks/{rule.name}"}) for rule in brought]
        return [*self.rules, *brought]

    @property
    def delivered(self) -> list[Receiver | Stopper]:
        """All who get letters: receivers, and who is told to stop runs."""
        return [*self.receivers, *stoppers(self.watched)]

    @property
    def database_url(self) -> URL | None:
        """The PostgreSQL; None for SQLite."""
        return url_of(self.database.text) if self.database else None

    @field_validator("sources")
    @classmethod
    def _told_apart(cls, sources: list[NamedSource]) -> list[NamedSource]:
        _once([source.name for source in sources], "expected a name that no other source has")
        return sources

    @field_validator("receivers")
    @classmethod
    def _distinct(cls, receivers: list[Receiver]) -> list[Receiver]:
        _once([receiver.name for receiver in receivers], "expected a name that no other receiver has")
        return receivers

    @field_validator("time_intervals", "maintenance", "people", "on_call", "escalations")
    @classmethod
    def _named_once(
        cls, items: list[NamedIntervals] | list[Maintenance] | list[Person] | list[OnCall] | list[Escalation]
    ) -> object:
        _once([item.name for item in items], "which is there twice")
        return items

    @field_validator("people")
    @classmethod
    def _with_receivers(cls, people: list[Person], info: ValidationInfo) -> list[Person]:
        if "receivers" in info.data:
            refuse(faults_of_people(people, [receiver.name for receiver in info.data["receivers"]]))
        return people

    @field_validator("on_call")
    @classmethod
    def _with_people(cls, on_call: list[OnCall], info: ValidationInfo) -> list[OnCall]:
        if "people" in info.data:
            refuse(faults_of_duties(on_call, [person.name for person in info.data["people"]]))
        return on_call

    @field_validator("escalations")
    @classmethod
    def _with_steps(cls, escalations: list[Escalation], info: ValidationInfo) -> list[Escalation]:
        if "receivers" in info.data and "on_call" in info.data:
            receivers = [receiver.name for receiver in info.data["receivers"]]
            refuse(faults_of_steps(escalations, receivers, [duty.name for duty in info.data["on_call"]]))
        return escalations

    @field_validator("route")
    @classmethod
    def _known(cls, route: Route, info: ValidationInfo) -> Route:
        if {"receivers", "time_intervals", "escalations"} <= info.data.keys():
            names = {
                key: [each.name for each in info.data[key]] for key in ("receivers", "time_intervals", "escalations")
            }
            refuse(faults_in(route, names["receivers"], names["time_intervals"], names["escalations"]))
        return route

    @field_validator("reminder")
    @classmethod
    def _reachable(cls, reminder: Reminder, info: ValidationInfo) -> Reminder:
        names = [receiver.name for receiver in info.data.get("receivers", ())]
        if reminder.receiver is not None and "receivers" in info.data and reminder.receiver not in names:
            refuse([(("receiver",), expected(reminder.receiver, names))])
        return reminder


def _once(names: list[str], wanted: str) -> None:
    refuse([
        ((place, "name"), f"got {name!r}, {wanted}") for place, name in enumerate(names) if name in names[:place]
    ])  # fmt: skip


class _RuleFile(Section):
    rules: list[AnyRule]


def load(data: object, file: str, base: Path) -> AlertsConfig:
    """Read the `alerts:` section (already parsed YAML) and the rule files that it names, relative to `base`.

    Raises:
        ConfigError: with every fault of the section and of all rule files; paths are relative to the section.
    """
    section: object = {} if data is None else data
    faults: list[Fault] = []
    config = AlertsConfig()
    try:
        config = AlertsConfig.model_validate(section, context={"base": base})
    except ValidationError as error:
        faults += faults_of(error, AlertsConfig, file)
        # routes are looked at only where receivers and time intervals are good
        said = {fault.path for fault in faults}
        faults += [fault for fault in unnamed(section, file) if fault.path not in said]
    found: list[tuple[str, str, Rule]] = [
        (file, f"rules[{place}].name", rule) for place, rule in enumerate(config.rules)
    ]
    for place, name in enumerate(_listed(section)):
        paths = sorted(base.glob(name)) if not Path(name).is_absolute() else [Path(name)]
        if not paths:
            faults.append(Fault(file, f"rule_files[{place}]", f"got {name!r}, expected a file or pattern that exists"))
        for path in paths:
            try:
                shown = str(path.relative_to(base)) if path.is_relative_to(base) else str(path)
                rules = load_rules(read_yaml(path, shown), shown)
                found += [(shown, f"rules[{i}].name", rule) for i, rule in enumerate(rules)]
            except ConfigError as error:
                faults += error.faults
    faults += [*_doubled(found), *_unasked(found, section)]
    if faults:
        raise ConfigError(faults)
    return config.model_copy(update={"rules": [rule for _, _, rule in found]})


def files_of(config: AlertsConfig, file: Path) -> list[Path]:
    """List the file of a configuration and the rule files that it names, as they are there now."""
    found = [file]
    for name in config.rule_files:
        found += [Path(name)] if Path(name).is_absolute() else sorted(file.parent.glob(name))
    return found


def load_rules(data: object, file: str) -> list[Rule]:
    """Read a rule file (already parsed YAML): a mapping with the key `rules`.

    Raises:
        ConfigError: with every fault of the file.
    """
    try:
        rules: list[Rule] = [*_RuleFile.model_validate(data).rules]
    except ValidationError as error:
        raise ConfigError(faults_of(error, _RuleFile, file)) from error
    faults = list(_doubled([(file, f"rules[{i}].name", rule) for i, rule in enumerate(rules)]))
    if faults:
        raise ConfigError(faults)
    return rules


def _listed(section: object) -> list[str]:
    names = cast("dict[str, object]", section).get("rule_files") if isinstance(section, dict) else None
    return [name for name in cast("list[object]", names) if isinstance(name, str)] if isinstance(names, list) else []


def _doubled(found: list[tuple[str, str, Rule]]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for file, path, rule in found:
        if rule.name in first:
            yield Fault(file, path, f"got {rule.name!r}, expected a name that no other rule has ({first[rule.name]})")
        first.setdefault(rule.name, f"{file}: {path}")


def _unasked(found: list[tuple[str, str, Rule]], section: object) -> Iterator[Fault]:
    listed = cast("dict[str, object]", section).get("sources") if isinstance(section, dict) else None
    entries = cast("list[object]", listed) if isinstance(listed, list) else []
    names = [COLLECTOR, *(str(cast("dict[str, object]", one).get("name")) for one in entries if isinstance(one, dict))]
    for file, path, rule in found:
        at = path.removesuffix(".name")
        if rule.source not in names:
            yield Fault(file, f"{at}.source", expected(rule.source, names))
        elif rule.source != COLLECTOR:
            for key, text in untold(rule):
                yield Fault(file, f"{at}{key}", text)
