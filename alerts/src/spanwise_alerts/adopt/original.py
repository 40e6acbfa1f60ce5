"""Our routing as one valid alertmanager.yml, for clients that read `config.original`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import yaml

from spanwise_alerts.adopt.chat_original import chats
from spanwise_alerts.adopt.duration import write
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.matchers import Matchers
from spanwise_alerts.receivers.email import Email
from spanwise_alerts.receivers.receiver import Receiver
from spanwise_alerts.route import ALL, InhibitRule, Route
from spanwise_alerts.timing import NamedIntervals

_SECRET: Final = "<secret>"  # noqa: S105  what stands in its place
# a host is needed: amtool before 0.26 takes no link without one
_SECRET_URL: Final = f"https://secret.invalid/{_SECRET}"
_NOBODY: Final = "nobody"
_LEAST_S: Final = 0.001
_TIMINGS: Final = {"group_wait": 0.0, "group_interval": _LEAST_S, "repeat_interval": _LEAST_S}
Shape = dict[str, Any]


def original(config: AlertsConfig) -> str:
    """Write receivers, routes, inhibition and time intervals in Alertmanager's words; secrets as <secret>.

    What Alertmanager has no words for is not in it: rules, maintenance, flap and storm limits.
    """
    names = [receiver.name for receiver in config.receivers] or [_NOBODY]
    shown: Shape = {
        "global": {"resolve_timeout": write(config.resolve_timeout_s)},
        "route": {"receiver": names[0], "group_by": [ALL], **_route(config.route)},
    }
    if config.inhibit_rules:
        shown["inhibit_rules"] = [_inhibit(rule) for rule in config.inhibit_rules]
    if config.time_intervals:
        shown["time_intervals"] = [_named(intervals) for intervals in config.time_intervals]
    shown["receivers"] = [_receiver(receiver) for receiver in config.receivers] or [{"name": _NOBODY}]
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)


def texts(matching: Iterable[Matchers]) -> list[str]:
    """Write matchers one by one."""
    return [str(matcher) for matchers in matching for matcher in matchers]


def _route(route: Route) -> Shape:
    said: Shape = {"receiver": route.receiver, "group_by": route.group_by}
    for key, least_s in _TIMINGS.items():
        duration_s: float | None = getattr(route, f"{key}_s")
        said[key] = None if duration_s is None else write(max(duration_s, least_s))
    said |= {
        "matchers": texts(route.matchers),
        "continue": route.continue_,
        "mute_time_intervals": route.mute_time_intervals,
        "active_time_intervals": route.active_time_intervals,
        "routes": [_route(child) for child in route.routes],
    }
    return {key: value for key, value in said.items() if value or (value == [] and key == "group_by")}


def _inhibit(rule: InhibitRule) -> Shape:
    return {
        "source_matchers": texts(rule.source_matchers), "target_matchers": texts(rule.target_matchers),
        "equal": list(rule.equal),
    }  # fmt: skip


def _named(named: NamedIntervals) -> Shape:
    return named.model_dump(mode="json", by_alias=True, exclude_none=True)


def _receiver(receiver: Receiver) -> Shape:
    shown: Shape = {"name": receiver.name}
    if hooks := receiver.webhook:
        shown["webhook_configs"] = [{"url": _SECRET_URL, "send_resolved": hook.send_resolved} for hook in hooks]
    if emails := receiver.email:
        shown["email_configs"] = [_email(email, email.to) for email in emails]
    for key, configs in chats(receiver, _SECRET, _SECRET_URL):
        if configs:
            shown[key] = [*shown.get(key, ()), *configs]
    return shown


def _email(email: Email, to: Sequence[str]) -> Shape:
    log_in = {"auth_username": email.username, "auth_password": _SECRET} if email.username else {}
    return {
        "to": ", ".join(to), "from": email.sender, "smarthost": f"{email.host}:{email.smtp_port}", **log_in,
        "require_tls": email.tls != "none", "send_resolved": email.send_resolved,
    }  # fmt: skip
