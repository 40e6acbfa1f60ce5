"""`/api/v1`: what Alertmanager has no words for. Rules, history, explanations, backtests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from spanwise_alerts.alert import Held
from spanwise_alerts.backtest import Backtest, step_of
from spanwise_alerts.config import load_rules
from spanwise_alerts.errors import AskError
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.group.identity import identity
from spanwise_alerts.matchers import Matchers, matches_all, parse_all
from spanwise_alerts.memory import Health
from spanwise_alerts.plan import Happening
from spanwise_alerts.quantity import seconds
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.rule import Rule
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.posted import body_of
from spanwise_alerts.view.status import Condition, health_of
from spanwise_alerts.view.story import Case, sentence, story
from spanwise_alerts.view.wire import Json, body, refused, rfc3339

_MOST_STORIES: Final = 20
_LONGEST_PAST_S: Final = 366 * 86400.0


@dataclass(frozen=True, slots=True)
class Archive:
    """What was, and what would have been.

    Attributes:
        rules: that are loaded.
        held: alerts of ours that fire or are pending.
        trail: reads the audit trail.
        backtest: judges a rule over the past: the rule, first and last moment (Unix time), seconds between moments.
    """

    rules: Callable[[], Sequence[Rule]]
    held: Callable[[], Iterable[Held]]
    trail: Callable[[Wanted], Awaitable[list[Happening]]]
    backtest: Callable[[Rule, float, float, float], Awaitable[Backtest]]


class Past(BaseModel):
    """Which part of the audit trail is asked for."""

    model_config = ConfigDict(extra="forbid")

    fingerprint: str = Field("", description="of one alert, with the deliveries of what was told of it")
    what: list[str] = Field([], description="such as fired, told, silenced, dead; may repeat")
    since: str = Field("1d", description="how long ago it begins, such as 30m or 7d")
    limit: int = Field(1000, ge=1, le=10_000, description="the newest so many")


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: str | dict[str, Any]
    since: str = "7d"
    step: str | None = None


_ASKED: Final = msgspec.json.Decoder(_Asked)


def routes(desk: Desk, condition: Condition, archive: Archive, now: Callable[[], float]) -> APIRouter:
    """Make the routes."""
    router = APIRouter(prefix="/api/v1", tags=["spanwise"])

    @router.get("/rules", summary="The rules, how well each is watched, and its alerts")
    async def rules() -> Response:
        return Json(_rules(condition, archive))

    @router.get("/history", summary="The audit trail, the oldest first")
    async def history(asked: Annotated[Past, Query()]) -> Response:
        try:
            since_s = now() - seconds(asked.since)
        except ValueError as error:
            return refused(f"since: {error}")
        found = await archive.trail(Wanted(asked.fingerprint, tuple(asked.what), since_s, limit=asked.limit))
        return Json([
            {"at": rfc3339(each.at_s), "what": each.what, "fingerprint": each.fingerprint, "letter": each.letter,
             "text": sentence(each), "detail": each.detail}
            for each in found
        ])  # fmt: skip

    @router.get("/explain", summary="Why alerts fire or do not, and who was told or was not")
    async def explain(
        fingerprint: str = "", matchers: Annotated[list[str] | None, Query(alias="filter")] = None
    ) -> Response:
        try:
            wanted = parse_all(matchers or ())
        except ValueError as error:
            return refused(str(error))
        if bool(fingerprint) == bool(wanted):
            return refused("expected either `fingerprint` or `filter`")
        return Json(await _stories(desk, condition, archive, fingerprint, wanted, now()))

    _add_backtest(router, archive, now)
    _ = rules, history, explain
    return router


def _add_backtest(router: APIRouter, archive: Archive, now: Callable[[], float]) -> None:
    @router.post(
        "/backtest", summary="What a rule would have told",
        openapi_extra=body_of("rule: the name of one that is loaded, or a rule; since: how long ago it begins, 7d; "
                              "step: from one moment to the next"),
    )  # fmt: skip
    async def backtest(request: Request) -> Response:
        now_s = now()
        try:
            rule, length_s, step_s = _asked(await body(request), archive.rules())
            found = await archive.backtest(rule, now_s - length_s, now_s, step_s)
        except ValueError as error:
            return refused(str(error))
        except AskError as error:
            return refused(str(error), 502)
        return Json(found.to_dict())

    _ = backtest


def _rules(condition: Condition, archive: Archive) -> list[dict[str, Any]]:
    health, by_rule = condition.health(), dict[str, list[dict[str, Any]]]()
    for held in archive.held():
        alert = held.alert
        by_rule.setdefault(alert.rule, []).append({
            "fingerprint": held.fingerprint, "labels": dict(alert.series), "tier": alert.tier,
            "state": "firing" if alert.tier else "pending", "value": alert.value,
            "starts_at": None if alert.starts_at_s is None else rfc3339(alert.starts_at_s),
        })  # fmt: skip
    return [
        {
            "name": rule.name, "kind": rule.kind, "by": list(rule.by), "tiers": list(rule.tier_names()),
            "runbook": rule.runbook, "labels": rule.labels, **health_of(health.get(rule.name, Health())),
            "alerts": by_rule.get(rule.name, []),
        }
        for rule in archive.rules()
    ]  # fmt: skip


def _asked(raw: bytes, rules: Sequence[Rule]) -> tuple[Rule, float, float]:
    """Read what to test: the rule, how long back, and the step, in seconds."""
    try:
        asked = _ASKED.decode(raw)
    except msgspec.MsgspecError as error:
        raise ValueError(f"expected rule, since and step: {error}") from error
    length_s = _seconds("since", asked.since, _LONGEST_PAST_S)
    if isinstance(asked.rule, str):
        rule = next((rule for rule in rules if rule.name == asked.rule), None)
        if rule is None:
            raise ValueError(f"rule: got {asked.rule!r}, expected the name of a rule that is loaded")
    else:
        try:
            rule = load_rules({"rules": [asked.rule]}, "")[0]
        except ConfigError as error:
            raise ValueError(str(error)) from error
    return rule, length_s, step_of(rule, length_s) if asked.step is None else _seconds("step", asked.step, length_s)


def _seconds(name: str, text: str, most_s: float) -> float:
    try:
        found_s = seconds(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if not 0 < found_s <= most_s:
        raise ValueError(f"{name}: got {text!r}, expected more than 0s and at most {most_s:g}s")
    return found_s


async def _stories(
    desk: Desk, condition: Condition, archive: Archive, fingerprint: str, wanted: Matchers, now_s: float
) -> list[dict[str, Any]]:
    standings = {standing.notice.fingerprint: standing for standing in desk.alerts()}
    held = {each.fingerprint: each for each in archive.held()}
    rules, health = {rule.name: rule for rule in archive.rules()}, condition.health()
    labels = {mark: _labels(each, rules) for mark, each in held.items()}
    labels |= {mark: standing.notice.routed_labels for mark, standing in standings.items()}
    marks = [fingerprint] if fingerprint else await _found(archive, labels, wanted)
    silences = {silence.id: silence for silence in desk.silences()}
    others = {mark: standing.notice for mark, standing in standings.items()}
    stories: list[dict[str, Any]] = []
    for mark in marks[:_MOST_STORIES]:
        happened = await archive.trail(Wanted(mark))
        known = labels.get(mark) or _once(happened)
        rule = rules.get(known.get("alertname", ""))
        case = Case(
            mark,
            known,
            standings.get(mark),
            held.get(mark),
            rule,
            health.get(rule.name) if rule else None,
            happened,
            desk.attention().get(mark),
        )
        stories.append(story(case, silences, others, now_s))
    return stories


def _labels(held: Held, rules: dict[str, Rule]) -> dict[str, str]:
    rule = rules.get(held.alert.rule)
    return identity(rule, held.alert.series) if rule else {"alertname": held.alert.rule, **dict(held.alert.series)}


async def _found(archive: Archive, labels: dict[str, dict[str, str]], wanted: Matchers) -> list[str]:
    """Return the fingerprints of what is there, and of what was, whose labels match."""
    standing = (mark for mark, found in labels.items() if matches_all(wanted, found))
    past = await archive.trail(Wanted(what=("fired", "resolved")))
    gone = (each.fingerprint for each in reversed(past) if matches_all(wanted, each.detail.get("labels", {})))
    return list(dict.fromkeys([*standing, *gone]))


def _once(happened: Sequence[Happening]) -> dict[str, str]:
    """Return the labels that an alert had which is gone."""
    for each in reversed(happened):
        if labels := each.detail.get("labels"):
            return labels
    return {}
