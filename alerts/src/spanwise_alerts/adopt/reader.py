"""From an alertmanager.yml to the `alerts:` section of our YAML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from spanwise_alerts.adopt.chat_ways import chat_ways
from spanwise_alerts.adopt.duration import write
from spanwise_alerts.adopt.models import (
    AlertmanagerConfig,
    EmailConfig,
    Global,
    InhibitRule,
    Receiver,
    Route,
    WebhookConfig,
)
from spanwise_alerts.config import AlertsConfig, load
from spanwise_alerts.faults import ConfigError, Fault, faults_of
from spanwise_alerts.files import read_yaml
from spanwise_alerts.secret import Secret
from spanwise_alerts.unnamed import unnamed

_DEFAULT_S: Final = {"group_wait": 30.0, "group_interval": 300.0, "repeat_interval": 14400.0}
_IMPLICIT_TLS_PORT: Final = 465
# what Alertmanager does not do
_OFF: Final = {"flap": {"changes": 0}, "storm": {"messages": 0}, "reminder": {"before": "0s"}}
Section = dict[str, Any]


def section_of(path: Path, name: str) -> Section:
    """Read an alertmanager.yml as our `alerts:` section; secrets stay wrapped, `plain` writes them out.

    Args:
        path: of the file.
        name: the file as the user named it.

    Raises:
        ConfigError: with everything that is wrong or cannot be honoured.
    """
    data = read_yaml(path, name)
    try:
        config = AlertmanagerConfig.model_validate(data)
    except ValidationError as error:
        raise ConfigError([*faults_of(error, AlertmanagerConfig, name), *unnamed(data, name)]) from error
    faults: list[Fault] = []
    receivers = [
        _receiver(receiver, config.global_, Fault(name, f"receivers[{place}]", ""), faults)
        for place, receiver in enumerate(config.receivers)
    ]
    if faults:
        raise ConfigError([*faults, *unnamed(data, name)])
    section: Section = {
        "resolve_timeout": write(config.global_.resolve_timeout),
        "receivers": receivers,
        "route": {**_implied(), **_route(config.route)},
        **_OFF,
    }
    if config.inhibit_rules:
        section["inhibit_rules"] = [_inhibit(rule) for rule in config.inhibit_rules]
    if intervals := [*config.mute_time_intervals, *config.time_intervals]:
        section["time_intervals"] = intervals
    return section


def config_of(path: Path, name: str) -> AlertsConfig:
    """Read an alertmanager.yml as our configuration.

    Raises:
        ConfigError: with everything that is wrong or cannot be honoured.
    """
    return load(plain(section_of(path, name)), name, path.parent)


def plain(section: Section, *, shown: bool = True) -> Section:
    """Write secrets out, or as *** where they are not `shown`."""

    def bare(value: Any) -> Any:  # noqa: ANN401  whatever YAML holds
        match value:
            case Secret():
                return value.text if shown else repr(value)
            case dict():
                return {key: bare(inner) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
            case list():
                return [bare(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
            case _:
                return value

    return bare(section)


def _implied() -> Section:
    """Return what Alertmanager does where its root route says nothing."""
    timings = {key: write(default_s) for key, default_s in _DEFAULT_S.items()}
    return {"group_by": [], **timings, "critical_at_once": False}


def _route(route: Route) -> Section:
    said: Section = {"receiver": route.receiver, "group_by": route.group_by}
    for key in _DEFAULT_S:
        duration_s: float | None = getattr(route, key)
        said[key] = None if duration_s is None else write(duration_s)
    said |= {
        "matchers": route.written() or None,
        "continue": route.continue_ or None,
        "mute_time_intervals": route.mute_time_intervals or None,
        "active_time_intervals": route.active_time_intervals or None,
        "routes": [_route(child) for child in route.routes] or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _inhibit(rule: InhibitRule) -> Section:
    return {"source_matchers": rule.source(), "target_matchers": rule.target(), "equal": rule.equal}


def _receiver(receiver: Receiver, defaults: Global, at: Fault, faults: list[Fault]) -> Section:
    made: Section = {"name": receiver.name}
    if receiver.webhook_configs:
        made["webhook"] = _told([_webhook(config, defaults) for config in receiver.webhook_configs])
    if receiver.email_configs:
        mails = [
            _email(email, defaults, Fault(at.file, f"{at.path}.email_configs[{place}]", ""), faults)
            for place, email in enumerate(receiver.email_configs)
        ]
        made["email"] = _told(mails)
    for kind, ways in chat_ways(receiver, defaults, at, faults):
        made[kind] = _told(ways)
    return made if len(made) > 1 else {**made, "nobody": True}


def _told(ways: list[Section]) -> Section | list[Section]:
    return ways[0] if len(ways) == 1 else ways


def _webhook(config: WebhookConfig, defaults: Global) -> Section:
    # Alertmanager calls whatever it is told to
    made: Section = {"url": config.url, "format": "alertmanager", "allow_private": True}
    # an own one stands in the place of all of that of `global`
    if called := config.http_config or defaults.http_config:
        made |= called.said()
    if config.timeout:
        made["timeout"] = write(config.timeout)
    return made if config.send_resolved else {**made, "send_resolved": False}


def _email(config: EmailConfig, defaults: Global, at: Fault, faults: list[Fault]) -> Section:
    sender, smarthost = config.sender or defaults.smtp_from, config.smarthost or defaults.smtp_smarthost
    for key, found, word in (("from", sender, "smtp_from"), ("smarthost", smarthost, "smtp_smarthost")):
        if not found:
            faults.append(_fault(at, key, f"missing, and so is global.{word}"))
    host, _, port = (smarthost or ":0").rpartition(":")
    user = config.auth_username or defaults.smtp_auth_username
    required = defaults.smtp_require_tls if config.require_tls is None else config.require_tls
    if user and not required:
        faults.append(_fault(at, "require_tls", "got False with a log-in, expected True: no password without TLS"))
    tls = "tls" if int(port) == _IMPLICIT_TLS_PORT else "starttls" if required else "none"
    made: Section = {"to": config.to, "from": sender, "host": host, "port": int(port), "tls": tls}
    made |= dict(_log_in(config, defaults, user))
    return {**made, "send_resolved": config.send_resolved}


def _log_in(config: EmailConfig, defaults: Global, user: str | None) -> Iterator[tuple[str, Any]]:
    if not user:
        return
    yield "username", user
    own = config.auth_password or config.auth_password_file
    password = config.auth_password if own else defaults.smtp_auth_password
    file = config.auth_password_file if own else defaults.smtp_auth_password_file
    if password:
        yield "password", password
    elif file:
        yield "password_file", str(file)


def _fault(at: Fault, path: str, message: str) -> Fault:
    return Fault(at.file, f"{at.path}.{path}", message)
