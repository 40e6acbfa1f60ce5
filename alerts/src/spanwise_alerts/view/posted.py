"""Read what others post: a list of alerts, of which the good ones count and the others are refused by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import msgspec

from spanwise_alerts.alert import Posted

_ABSENT: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Go's zero time, which amtool sends where nothing was said."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""RFC 3339, with its offset."""


class _Alert(msgspec.Struct, frozen=True):
    labels: dict[str, str]
    annotations: dict[str, str] = {}
    startsAt: Moment | None = None  # noqa: N815  the wire's name
    endsAt: Moment | None = None  # noqa: N815
    generatorURL: str | None = None  # noqa: N815


_ALL: Final = msgspec.json.Decoder(list[_Alert])
_EACH: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ONE: Final = msgspec.json.Decoder(_Alert)


def read(body: bytes) -> tuple[list[Posted], list[str]]:
    """Read the body of `POST /api/v2/alerts`.

    Returns:
        The good alerts, and what is wrong with the others, each with its place in the list.

    Raises:
        ValueError: it is no list, or no JSON.
    """
    faults: list[str] = []
    try:
        alerts = dict(enumerate(_ALL.decode(body)))
    except msgspec.MsgspecError:
        alerts = _singly(body, faults)
    good: list[Posted] = []
    for place, alert in alerts.items():
        posted = _posted(alert)
        if isinstance(posted, Posted):
            good.append(posted)
        else:
            faults.append(f"[{place}].{posted}")
    return good, faults


def body_of(fields: str) -> dict[str, Any]:
    """Describe a body that is read here for the OpenAPI document."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {"description": fields}}}}}


def _singly(body: bytes, faults: list[str]) -> dict[int, _Alert]:
    try:
        members = _EACH.decode(body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"expected a JSON list of alerts: {error}") from error
    alerts: dict[int, _Alert] = {}
    for place, member in enumerate(members):
        try:
            alerts[place] = _ONE.decode(member)
        except msgspec.MsgspecError as error:
            faults.append(f"[{place}]: {error}")
    return alerts


def _posted(alert: _Alert) -> Posted | str:
    """Return the alert, or what is wrong with it; a label without a value is no label."""
    labels = alert.labels
    if not all(labels.values()):
        labels = {name: value for name, value in labels.items() if value}
    if not labels:
        return "labels: expected at least one with a value"
    if "" in labels or "" in alert.annotations:
        return f"{'labels' if '' in labels else 'annotations'}: expected no empty name"
    starts_s, ends_s = unix_s(alert.startsAt), unix_s(alert.endsAt)
    if starts_s is not None and ends_s is not None and ends_s < starts_s:
        return f"endsAt: got {_text(alert.endsAt)}, expected it not before startsAt, {_text(alert.startsAt)}"
    return Posted(labels, alert.annotations, starts_s, ends_s, alert.generatorURL or "")


def unix_s(moment: datetime | None) -> float | None:
    """Return Unix time; None where nothing was said, which Go writes as its zero time."""
    return None if moment is None or moment <= _ABSENT else moment.timestamp()


def _text(moment: Any) -> str:  # noqa: ANN401  a datetime that is there
    return moment.isoformat()
