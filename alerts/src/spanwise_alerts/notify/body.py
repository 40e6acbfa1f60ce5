"""The body of a webhook, version 2: typed, so that its JSON Schema is made of what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from spanwise_alerts.alert import Letter, Notice, Reason, Status
from spanwise_alerts.evidence import Evidence
from spanwise_alerts.rule import TierName

Moment = Annotated[str, Meta(description="RFC 3339 in UTC", extra_json_schema={"format": "date-time"})]
Key = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Mark = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Texts = Mapping[str, str]


class TurnBody(msgspec.Struct, frozen=True):
    """One change of tier."""

    at: Moment
    tier: Annotated[TierName | None, Meta(description="null: it was over")]


class ContributorBody(msgspec.Struct, frozen=True):
    """A part of what the alert measures."""

    dimension: Annotated[str, Meta(description="such as model")]
    value: Annotated[str, Meta(description="of the dimension, such as gpt-4o")]
    amount_text: Annotated[str, Meta(description="its own number, for people")]
    share: Annotated[float | None, Meta(description="of the whole, 0 to 1; null where parts do not add up")]


class ExampleBody(msgspec.Struct, frozen=True):
    """A trace to look at."""

    trace_id: Annotated[str, Meta(description="hex")]
    url: Annotated[str, Meta(description="empty where nothing shows traces")]
    summary: str
    failing: Annotated[bool, Meta(description="whether it shows the trouble, or is a healthy one beside")]


class ShiftBody(msgspec.Struct, frozen=True):
    """Something that is not as it was in the window before."""

    what: str
    before: str
    now: str


class EvidenceBody(msgspec.Struct, frozen=True):
    """What was found about an alert beyond its own numbers."""

    history: Annotated[tuple[TurnBody, ...], Meta(description="changes of tier, the oldest first")]
    contributors: Annotated[tuple[ContributorBody, ...], Meta(description="the greatest first")]
    examples: tuple[ExampleBody, ...]
    shifts: Annotated[tuple[ShiftBody, ...], Meta(description="the most telling first")]
    board: Annotated[str, Meta(description="a link to the board that shows it; empty where none is known")]
    missing: Annotated[str, Meta(description="why a part of it is not there; empty where all is")]


class ExpectedBody(msgspec.Struct, frozen=True):
    """What an anomalous series was expected to be; all but the probability in the alert's unit."""

    value: float
    lower: Annotated[float | None, Meta(description="null where that side is not watched, as upper")]
    upper: float | None
    probability: Annotated[float, Meta(description="the share of points that are at least as unusual", ge=0, le=1)]


class AlertBody(msgspec.Struct, frozen=True):
    """One alert of a message."""

    status: Status
    tier: Annotated[TierName, Meta(description="of one that is over the tier that it had")]
    previous_tier: TierName | None
    rule: Annotated[str, Meta(description="of a pushed alert its alertname")]
    summary: str
    description: str
    labels: Annotated[Texts, Meta(description="the identity")]
    annotations: Texts
    value: Annotated[float | None, Meta(description="in unit; null where there is none")]
    value_text: Annotated[str, Meta(description="for people")]
    threshold: Annotated[float | None, Meta(description="of tier, in unit; null where there is none")]
    unit: Annotated[str, Meta(description="UCUM")]
    window_s: Annotated[float, Meta(description="seconds looked back")]
    count: Annotated[int, Meta(description="observations in the window")]
    starts_at: Moment
    ends_at: Annotated[Moment | None, Meta(description="null while it fires")]
    fingerprint: Annotated[Mark, Meta(description="of the labels, as Alertmanager computes it")]
    runbook: str
    links: Texts
    source: Literal["rule", "push"]
    expected: Annotated[ExpectedBody | None, Meta(description="of an anomaly; null of all other alerts")]
    evidence: Annotated[EvidenceBody | None, Meta(description="null where nothing was looked for")]


class Body(msgspec.Struct, frozen=True):
    """What is posted to a webhook."""

    version: Literal["2"]
    delivery: Annotated[Key, Meta(description="the idempotency key: the same at each attempt")]
    thread: Annotated[Key, Meta(description="the key of the first letter since the group began to fire")]
    status: Annotated[Status, Meta(description="firing where one of the alerts fires")]
    tier: Annotated[TierName, Meta(description="the gravest of what fires")]
    reason: Annotated[Reason, Meta(description="why it is told")]
    summary: Annotated[str, Meta(description="one line")]
    receiver: str
    group_key: Annotated[str, Meta(description="as Alertmanager writes it")]
    group_labels: Texts
    common_labels: Annotated[Texts, Meta(description="what all alerts have, with severity")]
    common_annotations: Texts
    actions: Annotated[Texts, Meta(description="what a person can do about it: a link by name")]
    alerts: Annotated[tuple[AlertBody, ...], Meta(description="the gravest first, those that are over last")]


def body_of(letter: Letter) -> Body:
    """Say a letter."""
    message = letter.message
    return Body(
        version="2", delivery=letter.key, thread=letter.first_key, status=message.status, tier=message.tier,
        reason=message.reason, summary=message.summary, receiver=message.receiver, group_key=message.group_key,
        group_labels=message.group_labels, common_labels=message.common_labels,
        common_annotations=message.common_annotations, actions=letter.actions,
        alerts=tuple(_alert(notice, letter.evidence.get(notice.fingerprint)) for notice in message.notices),
    )  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a body; fields that it does not name may come."""
    made = msgspec.json.schema(Body)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Spanwise webhook, version 2", **made}


def _alert(notice: Notice, evidence: Evidence | None) -> AlertBody:
    band = notice.expected
    return AlertBody(
        status=notice.status, tier=notice.tier, previous_tier=notice.previous_tier, rule=notice.rule,
        summary=notice.summary, description=notice.description, labels=notice.labels, annotations=notice.annotations,
        value=notice.value, value_text=notice.value_text, threshold=notice.threshold, unit=notice.unit,
        window_s=notice.window_s, count=notice.count, starts_at=_rfc3339(notice.starts_at_s),
        ends_at=None if notice.ends_at_s is None else _rfc3339(notice.ends_at_s), fingerprint=notice.fingerprint,
        runbook=notice.runbook, links=notice.links, source=notice.source,
        expected=ExpectedBody(band.value, band.lower, band.upper, band.probability) if band else None,
        evidence=_evidence(evidence) if evidence else None,
    )  # fmt: skip


def _evidence(evidence: Evidence) -> EvidenceBody:
    return EvidenceBody(
        history=tuple(TurnBody(_rfc3339(turn.at_s), turn.tier) for turn in evidence.history),
        contributors=tuple(
            ContributorBody(each.dimension, each.value, each.amount_text, each.share) for each in evidence.contributors
        ),
        examples=tuple(
            ExampleBody(each.trace_id, each.url, each.summary, each.failing) for each in evidence.examples
        ),
        shifts=tuple(ShiftBody(each.what, each.before, each.now) for each in evidence.shifts),
        board=evidence.board, missing=evidence.missing,
    )  # fmt: skip


def _rfc3339(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
