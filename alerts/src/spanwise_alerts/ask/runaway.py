"""Runs that have run away, as the collector names them: `GET /api/v1/runaways`."""

from __future__ import annotations

from typing import Final

import httpx
import msgspec

from spanwise_alerts.alert import Labels
from spanwise_alerts.errors import AskError
from spanwise_alerts.question import Answer, Question, Table
from spanwise_schema.runaway import SIGNS

_MOST: Final = 500
_LABELS: Final = {"run": "trace_id"}


class _Told(msgspec.Struct, frozen=True):
    """What is used here of what is told of one run; the rest goes on as it is."""

    trace_id: str
    sign: str
    value: float
    cycle: list[str]
    repetitions: int | None
    error: str | None
    since: float
    tokens: int | None
    cost_usd: float | None
    tokens_since: int | None
    cost_usd_since: float | None
    tokens_per_hour: int | None
    cost_usd_per_hour: float | None
    service: str | None = None
    environment: str | None = None
    tenant: str | None = None
    agent: str | None = None
    span_id: str = ""
    status: str = ""


class _Runaways(msgspec.Struct, frozen=True):
    runaways: list[_Told]


_DECODER: Final = msgspec.json.Decoder(_Runaways)


def parameters(question: Question) -> dict[str, str]:
    """Write a question as parameters; signs that it does not name are left out with 0."""
    bounds = {**{sign.name: 0.0 for sign in SIGNS}, **dict(question.runaway)}
    return {
        **{name: f"{bound:.12g}" for name, bound in bounds.items()},
        **dict(question.where), "limit": str(_MOST),
    }  # fmt: skip


def read(question: Question, response: httpx.Response) -> Answer | AskError:
    """Read an answer: the money burnt by run, with all that is told of the run."""
    if response.status_code != httpx.codes.OK.value:
        return AskError(f"collector refused the question for runaways: {response.status_code} {response.text[:200]}")
    try:
        found = _DECODER.decode(response.content).runaways
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        return AskError(f"collector answered something else: {error}")
    return Answer(
        Table([_labels(question, each) for each in found]),
        [each.cost_usd_since for each in found],
        [each.repetitions or 1 for each in found],
        details=[msgspec.structs.asdict(each) for each in found],
    )


def _labels(question: Question, told: _Told) -> Labels:
    pairs = ((name, getattr(told, _LABELS.get(name, name))) for name in question.by)
    return tuple(sorted((name, str(value)) for name, value in pairs if value))
