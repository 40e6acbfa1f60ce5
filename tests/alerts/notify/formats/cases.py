"""The letters whose bodies are written down in golden/, and how they are written anew.

.venv/bin/python -m tests.alerts.notify.formats.cases
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spanwise_alerts.alert import Expected, Letter, Notice, Reason
from spanwise_alerts.evidence import Contributor, Evidence, Example, Shift, Turn
from spanwise_alerts.notify.chat import Format
from spanwise_alerts.notify.formats.kinds import FORMATS
from spanwise_alerts.notify.message import letters_of
from spanwise_alerts.receivers.receiver import Receiver
from tests.alerts.builders import a_message, a_notice

GOLDEN = Path(__file__).parent / "golden"
HERE = "https://alerts.example.com"
NOW_S = 1_800_000_600.0
BEGUN_S = 1_800_000_000.0

WAYS: dict[str, dict[str, Any]] = {
    "slack": {"url": "https://hooks.slack.com/services/T0/B0/secret"},
    "teams": {"url": "https://example.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=secret"},
    "discord": {"url": "https://discord.com/api/webhooks/1/secret?thread_id=7"},
    "pagerduty": {"routing_key": "secret"},
    "opsgenie": {"api_key": "secret", "responders": [{"type": "team", "name": "llm"}]},
    "telegram": {"bot_token": "1:secret", "chat_id": -1001234567890, "message_thread_id": 42},
    "feishu": {"url": "https://open.feishu.cn/open-apis/bot/v2/hook/secret", "secret": "signs"},
    "dingtalk": {"url": "https://oapi.dingtalk.com/robot/send?access_token=secret", "secret": "SECsigns"},
    "wecom": {"url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=secret"},
}


def format_of(kind: str, **more: Any) -> Format:
    """Make the format of a kind of way."""
    receiver = Receiver.model_validate({"name": "team", kind: {**WAYS[kind], **more}})
    ((_, _, way),) = receiver.ways()
    return FORMATS[type(way)](way, HERE)


def told(
    *notices: Notice, reason: Reason = "first", headline: str = "", step: int = 1,
    evidence: Mapping[str, Evidence] | None = None, actions: Mapping[str, str] | None = None,
) -> Letter:  # fmt: skip
    """Make the letter of a message."""
    message = a_message(*notices, reason=reason, headline=headline)
    (letter,) = letters_of(message, "thread", step, {"team/chat": True})
    return replace(letter, evidence=evidence or {}, actions=actions or {})


def slow(**changes: Any) -> Notice:
    """Make a notice of a model that is slow."""
    fields: dict[str, Any] = {
        "tier": "critical", "value": 16.2, "value_text": "16.2 s", "threshold": 15.0, "threshold_text": "15 s",
        "summary": "gpt-4o p95 is 16.2 s", "starts_at_s": BEGUN_S, "updated_at_s": BEGUN_S,
        "runbook": "https://example.com/runbooks/llm-latency",
        "links": {"measure": "http://127.0.0.1:8750/api/v1/measure?measure=llm.duration&by=provider%2Cmodel"},
    }  # fmt: skip
    return a_notice(**{**fields, **changes})


FOUND = Evidence(
    history=(Turn(BEGUN_S - 300, "warning"), Turn(BEGUN_S, "critical")),
    contributors=(
        Contributor("agent", "researcher", "18.1 s"), Contributor("tool", "web_search", "$12.40", 0.624),
        Contributor("service.version", "1.4.2", "9 s"), Contributor("tenant", "acme", "8 s"),
    ),
    examples=(
        Example("a1" * 16, "https://traces.example.com/a1", "chat gpt-4o, 31 s, timeout", failing=True),
        Example("b2" * 16, "https://traces.example.com/b2", "chat gpt-4o, 22 s, 429 (3 retries)", failing=True),
        Example("c3" * 16, "", "chat gpt-4o, 19 s", failing=True),
        Example("d4" * 16, "https://traces.example.com/d4", "chat gpt-4o, 2.1 s", failing=False),
    ),
    shifts=(
        Shift("share of input read from the cache", "62 %", "4 %"),
        Shift("prompt of researcher", "7f3a", "c91e"), Shift("retries per call", "0.02", "0.4"),
    ),
    board="https://grafana.example.com/d/latency?var-model=gpt-4o",
)  # fmt: skip
ACTIONS = {
    "Acknowledge": "https://alerts.example.com/act/acknowledge?token=abc&x=1",
    "Silence 2h": "https://alerts.example.com/act/silence?token=def",
}
MARK = slow().fingerprint


def _others(count: int) -> list[Notice]:
    names = [f"model-{place:02}" for place in range(count)]
    return [
        slow(tier="warning", summary=f"{name} p95 is 9.5 s", labels={"alertname": "llm-latency", "model": name},
             fingerprint=f"{place:016x}") for place, name in enumerate(names)
    ]  # fmt: skip


def _long() -> Letter:
    words = "the quick brown fox jumps over the lazy dog; " * 200
    labels = {f"label_{place:02}": words[:500] for place in range(40)}
    shifts = tuple(Shift(words[:300], words[:300], words[:300]) for _ in range(20))
    parts = tuple(Contributor("agent", words[:200], words[:200], 0.1) for _ in range(20))
    found = Evidence(
        shifts=shifts,
        contributors=parts,
        missing=words,
        history=tuple(Turn(BEGUN_S + n * 60, "warning") for n in range(99)),
    )
    notices = [
        slow(summary=f"{place} {words}", description=words, labels=labels, fingerprint=f"{place:016x}")
        for place in range(60)
    ]
    return told(*notices, headline=words, evidence={n.fingerprint: found for n in notices}, actions=ACTIONS)


def cases() -> dict[str, Letter]:
    """Make one letter of each kind."""
    upgraded = slow(
        previous_tier="warning",
        updated_at_s=BEGUN_S + 300,
        step=2,
        description="Half of all calls wait for more than 15 s.",
    )
    over = slow(
        status="resolved",
        previous_tier="critical",
        value=2.0,
        value_text="2 s",
        ends_at_s=NOW_S,
        updated_at_s=NOW_S,
        step=3,
    )
    anomaly = slow(threshold=None, threshold_text="", expected=Expected(2.1, 1.5, 3.0, 0.0001))
    pushed = a_notice(
        source="push", rule="DiskFull", summary="disk is full", labels={"alertname": "DiskFull", "instance": "db-1"},
        value=None, value_text="", threshold=None, threshold_text="", unit="", count=0, window_s=0.0, runbook="",
        starts_at_s=BEGUN_S, links={"source": "https://prometheus.example.com/graph?g0.expr=x"},
    )  # fmt: skip
    return {
        "fired": told(slow(), actions=ACTIONS),
        "upgraded": told(upgraded, reason="tier", step=2, actions=ACTIONS),
        "resolved": told(over, reason="resolved", step=3),
        "evidence": told(slow(), evidence={MARK: FOUND}, actions=ACTIONS),
        "anomaly": told(anomaly, evidence={MARK: Evidence(missing="the collector did not answer within 2 s")}),
        "pushed": told(pushed),
        "several": told(slow(), *_others(2), replace(over, fingerprint="ff" * 8), reason="new", step=2),
        "many": told(
            slow(), *_others(40), reason="overflow", headline="41 alerts of 9 groups, told together: too many messages"
        ),
        "digest": told(
            slow(tier="warning"), reason="flapping",
            headline="flapping, next word in 1h: gpt-4o p95 is 16.2 s (7 changes in 1h)",
        ),
        "acknowledged": told(slow(), reason="acknowledged", headline="acknowledged by ada: on it", step=2),
        "reminder": told(
            slow(), reason="reminder",
            headline="a silence by ada ends in 15 min and still holds back 1 alerts: upgrade",
        ),
        "long": _long(),
    }  # fmt: skip


def written(kind: str) -> dict[str, Any]:
    """Write all cases in the format of a kind: where each goes, and its body."""
    posts = {name: format_of(kind).post(letter, NOW_S) for name, letter in cases().items()}
    return {name: {"url": post.url, "headers": dict(post.headers), "body": post.body} for name, post in posts.items()}


if __name__ == "__main__":
    for each in WAYS:
        text = json.dumps(written(each), indent=1, ensure_ascii=False)
        (GOLDEN / f"{each}.json").write_text(text + "\n", encoding="utf-8")
