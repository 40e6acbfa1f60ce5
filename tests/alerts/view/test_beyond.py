from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Change, Held
from spanwise_alerts.group.identity import fingerprint
from tests.alerts.builders import a_notice, a_rule, an_alert
from tests.support.clock import Clock
from tests.support.desk import START_S, desk

LABELS = {"alertname": "llm-latency", "model": "gpt-4o"}
MARK = fingerprint(LABELS)


async def test_rules_say_how_they_are_watched_and_what_they_have(tmp_path: Path):
    async with desk(tmp_path, rules=[a_rule(runbook="https://example.com/r")]) as made:
        made.memory.answered("llm-latency", 5.0)
        made.memory.keep("llm-latency", (("model", "gpt-4o"),), Held(MARK, an_alert(), a_notice()))
        (rule,) = await made.get("/api/v1/rules")
    assert rule["name"] == "llm-latency"
    assert (rule["kind"], rule["by"], rule["tiers"]) == ("threshold", ["model"], ["warning", "critical"])
    assert (rule["state"], rule["answered_at"]) == ("ok", "1970-01-01T00:00:05.000Z")
    assert rule["alerts"] == [{
        "fingerprint": MARK, "labels": {"model": "gpt-4o"}, "tier": "warning", "state": "firing", "value": 9.5,
        "starts_at": "1970-01-01T00:16:40.500Z",
    }]  # fmt: skip


async def test_history_has_what_happened_and_is_narrowed(tmp_path: Path):
    clock = Clock(START_S)
    team = [{"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1:1/"}}]
    async with desk(tmp_path, clock=clock, receivers=team) as made:
        await made.post({"labels": {"alertname": "x"}})
        clock.advance(7200)
        await made.post({"labels": {"alertname": "y"}})
        found = await made.get("/api/v1/history")
        assert [each["what"] for each in found].count("fired") == 2
        recent = await made.get("/api/v1/history", since="1h", what="fired")
        assert [each["detail"]["labels"] for each in recent] == [{"alertname": "y"}]
        assert recent[0]["text"] == "fired as warning"
        one = await made.get("/api/v1/history", fingerprint=found[0]["fingerprint"])
        assert {each["fingerprint"] for each in one} == {found[0]["fingerprint"]}
        assert len(await made.get("/api/v1/history", limit=1)) == 1


@pytest.mark.parametrize(
    ("params", "wanted"),
    [({"since": "x"}, "since: got 'x'"), ({"limit": "0"}, "limit: got '0'"), ({"whatever": "1"}, "whatever: got '1'")],
)
async def test_a_faulty_question_about_history_is_refused(tmp_path: Path, params: dict[str, str], wanted: str):
    async with desk(tmp_path) as made:
        answer = await made.client.get("/api/v1/history", params=params)
        assert answer.status_code == 400
        assert answer.json().startswith(wanted)


async def test_an_alert_is_explained_by_fingerprint_and_by_labels_also_once_it_is_gone(tmp_path: Path):
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock, rules=[a_rule()]) as made:
        held = Held(MARK, an_alert(), a_notice(labels=LABELS, fingerprint=MARK, starts_at_s=START_S))
        made.memory.keep("llm-latency", held.alert.series, held)
        await made.dispatcher.take([Change(MARK, held, held.told)], clock())
        (by_mark,) = await made.get("/api/v1/explain", fingerprint=MARK)
        (by_label,) = await made.get("/api/v1/explain", filter="model=gpt-4o")
        assert by_mark == by_label
        assert by_mark["state"] == "active"
        assert by_mark["labels"] == {**LABELS, "severity": "warning"}
        over = a_notice(
            labels=LABELS, fingerprint=MARK, status="resolved", previous_tier="warning", ends_at_s=clock.advance(5)
        )
        made.memory.keep("llm-latency", held.alert.series, None)
        await made.dispatcher.take([Change(MARK, None, over)], clock())
        (gone,) = await made.get("/api/v1/explain", filter=["model=gpt-4o", "alertname=llm-latency"])
    assert (gone["state"], gone["labels"]) == ("inactive", LABELS)
    assert [each["what"] for each in gone["history"]] == ["fired", "resolved"]


async def test_nothing_known_is_an_empty_answer_and_no_question_is_refused(tmp_path: Path):
    async with desk(tmp_path) as made:
        assert await made.get("/api/v1/explain", filter="alertname=none") == []
        for params in ({}, {"fingerprint": "a", "filter": "b=c"}):
            answer = await made.client.get("/api/v1/explain", params=params)
            assert (answer.status_code, answer.json()) == (400, "expected either `fingerprint` or `filter`")
        assert (await made.client.get("/api/v1/explain", params={"filter": "x"})).status_code == 400


async def test_a_backtest_takes_a_rule_by_name_or_as_it_stands(tmp_path: Path):
    own = {"name": "mine", "measure": "llm.duration", "stat": "p95", "tiers": {"warning": {"above": "8s"}}}
    async with desk(tmp_path, rules=[a_rule(window="10m")]) as made:
        for body in ({"rule": "llm-latency", "since": "1d"}, {"rule": own, "since": "1h", "step": "5m"}):
            assert (await made.client.post("/api/v1/backtest", json=body)).json()["firings"] == []
        assert made.tested == [
            ("llm-latency", START_S - 86400, START_S, 60.0), ("mine", START_S - 3600, START_S, 300.0),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"rule": "nix"}, "rule: got 'nix', expected the name of a rule"),
        ({"rule": 5}, "expected rule, since and step"),
        ({"rule": {"name": "x"}}, "rules[0]"), ({"rule": "llm-latency", "since": "x"}, "since: got 'x'"),
        ({"rule": "llm-latency", "since": "400d"}, "since: got '400d', expected more than 0s and at most"),
        ({"rule": "llm-latency", "step": "0"}, "step: got '0'"), ({"rules": "x"}, "expected rule, since and step"),
    ],
)  # fmt: skip
async def test_a_faulty_backtest_is_refused(tmp_path: Path, body: dict[str, Any], wanted: str):
    async with desk(tmp_path, rules=[a_rule()]) as made:
        answer = await made.client.post("/api/v1/backtest", json=body)
        assert answer.status_code == 400
        assert answer.json().startswith(wanted)
