"""Rules for Grafana to judge, made of a rule file of Prometheus, and the contact point that is our alert manager."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from spanwise_dashboards.sources import PROMETHEUS

Json = dict[str, Any]

CONTACT_UID: Final = "spanwise-alerts"
CONTACT_NAME: Final = "Spanwise alert manager"
RULE_UID: Final = "spanwise-"
"""What the uids of our alert rules begin with."""
INTERVAL_S: Final = 60
"""How often Grafana judges a group that does not say it itself."""

_LOOK_BACK_S: Final = 600
_PARTS: Final = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_DURATION: Final = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_EXPRESSION: Final[Json] = {"type": "__expr__", "uid": "__expr__", "name": "Expression"}
_VALUE: Final = re.compile(r"\$value\b")


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are judged together.

    Attributes:
        title: unique in the folder.
        interval_s: how often.
        rules: as Grafana's provisioning API takes them, without folder and group.
    """

    title: str
    interval_s: int
    rules: tuple[Json, ...]


def read_rules(file: Path, *, tell: bool) -> list[Group]:
    """Read the alerting rules of a rule file of Prometheus; recorded series are Prometheus's own matter and left out.

    `tell` lets our contact point tell of them; else Grafana's own policy decides.

    Raises:
        ValueError: it cannot be read, or a group or rule lacks something; names where.
    """
    try:
        page = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f"rules: cannot read {str(file)!r}: {error}") from error
    listed = cast("Json", page).get("groups") if isinstance(page, dict) else None
    if not isinstance(listed, list):
        raise ValueError(f"rules: {str(file)!r}: expected a rule file of Prometheus, with the key `groups`")  # noqa: TRY004  a file's content is no argument
    titles = set[str]()
    groups = [
        _group(each, f"{file}: groups[{i}]", titles, tell=tell) for i, each in enumerate(cast("list[Any]", listed))
    ]
    return [group for group in groups if group.rules]


def contact_point(url: str) -> Json:
    """Write the contact point; `url` is the alert manager as Grafana reaches it."""
    return {
        "uid": CONTACT_UID, "name": CONTACT_NAME, "type": "prometheus-alertmanager", "settings": {"url": url},
        "disableResolveMessage": False,
    }  # fmt: skip


def duration_s(text: object, where: str) -> int:
    """Read a duration of Prometheus, such as `1m30s`, in seconds.

    Raises:
        ValueError: it is none.
    """
    match = _DURATION.fullmatch(str(text))
    if not match or not str(text):
        raise ValueError(f"rules: {where}: got {text!r}, expected a duration such as 5m")
    return sum(int(number or 0) * unit for number, (_, unit) in zip(match.groups(), _PARTS, strict=True))


def duration(seconds: int) -> str:
    """Write a duration as Prometheus and Grafana do, so that what comes back is what was sent."""
    text = ""
    for name, unit in _PARTS:
        number, seconds = divmod(seconds, unit)
        text += f"{number}{name}" if number else ""
    return text or "0s"


def _group(raw: object, where: str, titles: set[str], *, tell: bool) -> Group:
    group = cast("Json", raw) if isinstance(raw, dict) else {}
    title, rules = group.get("name"), group.get("rules")
    if not isinstance(title, str) or not isinstance(rules, list):
        raise ValueError(f"rules: {where}: expected `name` and `rules`")  # noqa: TRY004  as above
    interval_s = duration_s(group["interval"], f"{where}.interval") if "interval" in group else INTERVAL_S
    made = tuple(_rules(title, cast("list[Any]", rules), where, titles, tell=tell))
    return Group(title, interval_s, made)


def _rules(group: str, listed: list[Any], where: str, titles: set[str], *, tell: bool) -> Iterator[Json]:
    for i, raw in enumerate(listed):
        rule = cast("Json", raw) if isinstance(raw, dict) else {}
        if "record" in rule:
            continue
        if not isinstance(rule.get("alert"), str) or not isinstance(rule.get("expr"), str):
            raise ValueError(f"rules: {where}.rules[{i}]: expected `alert` and `expr`, or `record`")  # noqa: TRY004  as above
        labels = cast("dict[str, str]", rule.get("labels") or {})
        title = rule["alert"] + (f" ({labels['severity']})" if "severity" in labels else "")
        if title in titles:  # Grafana wants each title once in a folder
            title = f"{group} {i + 1}: {title}"
        titles.add(title)
        yield _rule(rule, group, title, labels, f"{where}.rules[{i}]", tell=tell)


def _rule(rule: Json, group: str, title: str, labels: dict[str, str], where: str, *, tell: bool) -> Json:
    waits = {
        name: duration(duration_s(rule[key], f"{where}.{key}")) if key in rule else "0s"
        for name, key in (("for", "for"), ("keep_firing_for", "keep_firing_for"))
    }
    texts = cast("dict[str, str]", rule.get("annotations") or {})
    return {
        "uid": RULE_UID + hashlib.sha256(f"{group}/{title}".encode()).hexdigest()[:24], "title": title,
        "condition": "threshold", "data": _data(rule["expr"]), "noDataState": "OK", "execErrState": "Error", **waits,
        "labels": labels, "annotations": {k: _VALUE.sub("$values.query.Value", text) for k, text in texts.items()},
        "isPaused": False, **({"notification_settings": {"receiver": CONTACT_NAME}} if tell else {}),
    }  # fmt: skip


def _data(expr: str) -> list[Json]:
    """Fire for every series that the query answers, whatever its value, as Prometheus does."""
    source = {"type": PROMETHEUS.kind, "uid": PROMETHEUS.uid}
    asked = {"datasource": source, "expr": expr, "instant": True, "range": False, "refId": "query"}
    math = {
        "datasource": _EXPRESSION, "refId": "there", "type": "math",
        "expression": "is_number($query) || is_nan($query) || is_inf($query)",
    }  # fmt: skip
    threshold = {
        "datasource": _EXPRESSION, "refId": "threshold", "type": "threshold", "expression": "there",
        "conditions": [{"evaluator": {"type": "gt", "params": [0]}}],
    }  # fmt: skip
    return [
        {
            "refId": "query", "datasourceUid": PROMETHEUS.uid, "relativeTimeRange": {"from": _LOOK_BACK_S, "to": 0},
            "model": asked,
        },
        {"refId": "there", "datasourceUid": "__expr__", "queryType": "math", "model": math},
        {"refId": "threshold", "datasourceUid": "__expr__", "queryType": "threshold", "model": threshold},
    ]  # fmt: skip
