from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Change
from tests.alerts.builders import a_notice
from tests.support.clock import Clock
from tests.support.desk import START_S, desk

TEAM = {"receivers": [{"name": "team", "webhook": {"allow_private": True, "url": "http://127.0.0.1:1/"}}]}


def labels(**more: str) -> dict[str, Any]:
    return {"labels": {"alertname": "x", **more}}


async def test_a_pushed_alert_has_exactly_alertmanagers_shape(tmp_path: Path):
    async with desk(tmp_path, **TEAM) as made:
        answer = await made.post(
            {**labels(severity="page"), "annotations": {"summary": "s"}, "generatorURL": "http://p"}
        )
        assert (answer.status_code, answer.content) == (200, b"")
        assert await made.get("/api/v2/alerts") == [{
            "labels": {"alertname": "x", "severity": "page"}, "annotations": {"summary": "s"},
            "startsAt": "2023-11-14T22:13:20.000Z", "endsAt": "2023-11-14T22:18:20.000Z",
            "updatedAt": "2023-11-14T22:13:20.000Z", "fingerprint": "28a5f3855e9d7caa", "generatorURL": "http://p",
            "receivers": [{"name": "team"}],
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []},
        }]  # fmt: skip


async def test_an_alert_of_ours_says_its_tier_value_and_threshold(tmp_path: Path):
    async with desk(tmp_path, **TEAM) as made:
        await made.dispatcher.take([Change("00000000000000aa", None, a_notice(starts_at_s=START_S))], START_S)
        (alert,) = await made.get("/api/v2/alerts", filter='severity="warning"')
    assert alert["labels"] == {"alertname": "llm-latency", "model": "gpt-4o", "severity": "warning"}
    assert alert["fingerprint"] == "00000000000000aa"
    assert alert["annotations"] == {
        "summary": "gpt-4o is slow", "runbook_url": "https://example.com/r", "tier": "warning", "value": "9.5 s",
        "threshold": "8 s",
    }  # fmt: skip
    assert alert["endsAt"] == "2023-11-14T22:17:20.000Z"
    assert alert["generatorURL"] == "http://c/api/v1/measure?measure=llm.duration"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "abcd"), ({"filter": 'n="a"'}, "a"), ({"filter": ['n=~"a|b"', 'n!="a"']}, "b"),
        ({"receiver": "te.m"}, "abcd"), ({"receiver": "tea"}, ""), ({"active": "false"}, "bc"),
        ({"silenced": "false"}, "acd"), ({"inhibited": "false"}, "abd"), ({"muted": "false"}, "abcd"),
        ({"active": "false", "silenced": "false", "inhibited": "false", "unprocessed": "false"}, ""),
        ({"filter": '{n=~"a|c", alertname="x"}'}, "ac"),
    ],
)  # fmt: skip
async def test_alerts_are_filtered_by_labels_receiver_and_state(tmp_path: Path, query: dict[str, Any], names: str):
    rule = {"source_matchers": ['n="a"'], "target_matchers": ['n="c"']}
    async with desk(tmp_path, inhibit_rules=[rule], **TEAM) as made:
        silence = {"matchers": [{"name": "n", "value": "b", "isRegex": False}], "createdBy": "me", "comment": "why",
                   "startsAt": "2023-11-14T22:00:00Z", "endsAt": "2023-11-15T22:00:00Z"}  # fmt: skip
        assert (await made.client.post("/api/v2/silences", json=silence)).status_code == 200
        await made.post(*(labels(n=name) for name in "abcd"))
        found = await made.get("/api/v2/alerts", **query)
        assert sorted(alert["labels"]["n"] for alert in found) == sorted(names)
        assert [a["fingerprint"] for a in found] == sorted(a["fingerprint"] for a in found)


async def test_what_is_held_back_says_by_what(tmp_path: Path):
    rule = {"source_matchers": ['n="a"'], "target_matchers": ['n="b"']}
    async with desk(tmp_path, inhibit_rules=[rule]) as made:
        await made.post(labels(n="a"), labels(n="b"))
        (cause,) = await made.get("/api/v2/alerts", filter="n=a")
        (victim,) = await made.get("/api/v2/alerts", filter="n=b")
    assert victim["status"]["state"] == "suppressed"
    assert victim["status"]["inhibitedBy"] == [cause["fingerprint"]]


async def test_groups_have_their_labels_receiver_and_members(tmp_path: Path):
    async with desk(tmp_path, route={"group_by": ["team"], "group_wait": "30s"}, **TEAM) as made:
        await made.post(labels(team="b", n="1"), labels(team="a", n="2"), labels(team="a", n="3"))
        groups = await made.get("/api/v2/alerts/groups")
        filtered = await made.get("/api/v2/alerts/groups", filter="n=2")
        other = await made.get("/api/v2/alerts/groups", receiver="nobody")
        (waiting, *_) = await made.get("/api/v2/alerts")
    assert [(group["labels"], len(group["alerts"])) for group in groups] == [({"team": "a"}, 2), ({"team": "b"}, 1)]
    assert groups[0]["receiver"] == {"name": "team"}
    assert [len(group["alerts"]) for group in filtered] == [1]
    assert other == []
    assert waiting["status"]["state"] == "unprocessed"


@pytest.mark.parametrize("path", ["/api/v2/alerts", "/api/v2/alerts/groups"])
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"filter": "model"}, "bad matcher format: model"),
        ({"receiver": "("}, "receiver: got '(', expected a regular"),
        ({"active": "perhaps"}, "active: got 'perhaps'"),
    ],
)  # fmt: skip
async def test_a_faulty_question_is_answered_by_a_bare_json_string(
    tmp_path: Path, path: str, query: dict[str, str], wanted: str
):
    async with desk(tmp_path) as made:
        answer = await made.client.get(path, params=query)
    assert answer.status_code == 400
    assert answer.json().startswith(wanted)


async def test_what_is_resolved_is_left_out(tmp_path: Path):
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock) as made:
        await made.post(labels())
        clock.advance(1)
        await made.post({**labels(), "endsAt": "2023-11-14T22:13:20.5Z"})
        assert await made.get("/api/v2/alerts") == []


async def test_without_receivers_what_fires_is_active(tmp_path: Path):
    async with desk(tmp_path) as made:
        await made.post(labels())
        (alert,) = await made.get("/api/v2/alerts", unprocessed="false")
        assert (alert["status"]["state"], alert["receivers"]) == ("active", [])
