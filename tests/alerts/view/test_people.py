from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.desk import START_S, desk

DUTY = {
    "name": "primary", "time_zone": "Europe/Berlin", "handover": "mon 09:00", "length": "1w", "since": "2023-11-13",
    "rotation": ["ada", "grace"],
}  # fmt: skip
SECTION: dict[str, Any] = {
    "receivers": [{"name": name, "webhook": {"url": "https://hooks.example.com/"}} for name in ("team", "ada-phone")],
    "people": [{"name": "ada", "receiver": "ada-phone"}, {"name": "grace", "receiver": "team"}],
    "on_call": [DUTY],
    "escalations": [{"name": "pager", "steps": [{"on_call": "primary"}, {"receivers": "team", "after": "15m"}]}],
    "route": {"escalation": "pager"},
}


def named(name: str, **labels: str) -> dict[str, Any]:
    return {"labels": {"alertname": name, **labels}, "annotations": {"summary": f"{name} is slow"}}


async def test_what_people_did_is_in_the_list_and_in_the_explanation(tmp_path: Path):
    async with desk(tmp_path, **SECTION) as made:
        await made.post(named("a", model="x"), named("b"))
        before = {alert["rule"]: alert for alert in await made.get("/api/v1/alerts")}
        mark = before["a"]["fingerprint"]
        for kind, body in (
            ("acknowledge", {"comment": "on it", "for": "2h"}), ("assign", {"assignee": "grace"}),
            ("comment", {"comment": "restarted"}), ("snooze", {"until": "2023-11-15T00:00:00Z"}),
        ):  # fmt: skip
            answer = await made.client.post(f"/api/v1/alerts/{mark}/{kind}", json={"author": "ada", **body})
            assert answer.json() == {"fingerprints": [mark]}, kind
        (alert,) = await made.get("/api/v1/alerts", filter='model="x"')
        (story,) = await made.get("/api/v1/explain", fingerprint=mark)
        standard = await made.get("/api/v2/alerts", filter='model="x"')
    at = "2023-11-14T22:13:20.000Z"
    assert before["a"]["acknowledged"] is None
    assert before["a"]["escalations"] == [
        {"name": "pager", "begun_at": at, "steps_taken": 1, "called": ["ada-phone"],
         "next_at": "2023-11-14T22:28:20.000Z"}
    ]  # fmt: skip
    assert alert["acknowledged"] == {"by": "ada", "at": at, "comment": "on it", "until": "2023-11-15T00:13:20.000Z"}
    assert alert["snoozed"] == {"by": "ada", "at": at, "comment": "", "until": "2023-11-15T00:00:00.000Z"}
    assert alert["assignee"] == "grace"
    assert alert["comments"] == [{"by": "ada", "at": at, "text": "restarted"}]
    assert alert["escalations"][0]["next_at"] is None
    assert f"It is acknowledged by ada since {at}, until 2023-11-15T00:13:20.000Z: on it." in story["now"]
    assert "It is snoozed by ada until 2023-11-15T00:00:00.000Z." in story["now"]
    assert "It is assigned to grace." in story["now"]
    assert "Escalation pager: called are ada-phone; nobody is called next." in story["now"]
    assert [each["text"] for each in story["history"] if each["what"] in {"assign", "comment", "escalated"}] == [
        "escalation pager, step 1: ada-phone is called", "assigned to grace by ada", "said by ada: restarted",
    ]  # fmt: skip
    # Alertmanager's answers have no more fields than before
    assert standard[0]["annotations"] == {"summary": "a is slow"}
    assert standard[0]["status"] == {
        "state": "suppressed", "silencedBy": [], "inhibitedBy": [], "mutedBy": ["snoozed"],
    }  # fmt: skip


async def test_all_that_match_and_all_of_a_group_are_acted_on_together(tmp_path: Path):
    route = {"receiver": "team", "group_by": ["service"], "group_wait": "0s"}
    async with desk(tmp_path, receivers=SECTION["receivers"], route=route) as made:
        await made.post(named("a", service="x"), named("b", service="x"), named("c", service="y"))
        marks = {alert["rule"]: alert["fingerprint"] for alert in await made.get("/api/v1/alerts")}
        matching = await made.client.post(
            "/api/v1/alerts/acknowledge", json={"author": "ada", "filter": ['alertname=~"b|c"']}
        )
        grouped = await made.client.post(
            "/api/v1/alerts/snooze", json={"author": "ada", "group_key": '{}:{service="x"}', "for": "1h"}
        )
        nothing = await made.client.post(
            "/api/v1/alerts/comment", json={"author": "a", "comment": "c", "filter": ['x="y"']}
        )
        found = {alert["rule"]: alert for alert in await made.get("/api/v1/alerts")}
    assert sorted(matching.json()["fingerprints"]) == sorted([marks["b"], marks["c"]])
    assert sorted(grouped.json()["fingerprints"]) == sorted([marks["a"], marks["b"]])
    assert nothing.json() == {"fingerprints": []}
    assert [name for name in "abc" if found[name]["acknowledged"]] == ["b", "c"]
    assert [name for name in "abc" if found[name]["snoozed"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("acknowledge", {}, "expected who does what: Object missing required field `author`"),
        ("acknowledge", {"author": ""}, "author: got nothing, expected who does it"),
        ("acknowledge", {"author": "a" * 201}, "author: got 201 characters, expected at most 200"),
        ("acknowledge", {"author": "a", "until": "2023-11-14T00:00:00Z"}, "until: got a moment in the past"),
        ("acknowledge", {"author": "a", "until": "2027-11-14T00:00:00Z", "for": "1h"}, "got `until` and `for`"),
        ("acknowledge", {"author": "a", "for": "soon"}, "for: got 'soon', expected a duration with its unit"),
        ("acknowledge", {"author": "a", "filter": ['a="b"']}, "expected one of a fingerprint in the path"),
        ("snooze", {"author": "a"}, "until: got nothing, expected the end of the snooze"),
        ("comment", {"author": "a"}, "comment: got nothing, expected what is to be said"),
        ("assign", {"author": "a", "assignee": "bob"}, "assignee: got 'bob', expected one of ada, grace, or nobody"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_names_the_field_and_changes_nothing(
    tmp_path: Path, kind: str, body: dict[str, Any], said: str
):
    async with desk(tmp_path, **SECTION) as made:
        await made.post(named("a"))
        (alert,) = await made.get("/api/v1/alerts")
        answer = await made.client.post(f"/api/v1/alerts/{alert['fingerprint']}/{kind}", json=body)
        assert await made.get("/api/v1/alerts") == [alert]
    assert answer.status_code == 400
    assert answer.json().startswith(said)


async def test_what_is_not_there_is_said(tmp_path: Path):
    async with desk(tmp_path, **SECTION) as made:
        gone = await made.client.post("/api/v1/alerts/00000000000000aa/acknowledge", json={"author": "ada"})
        unknown = await made.client.post("/api/v1/alerts/00000000000000aa/forget", json={"author": "ada"})
        wrong = await made.client.get("/api/v1/alerts", params={"filter": "=="})
        moment = await made.client.get("/api/v1/on-call", params={"at": "tomorrow"})
    assert (gone.status_code, gone.json()) == (404, "no alert with fingerprint 00000000000000aa fires")
    assert unknown.status_code == 400
    assert "'unsnooze'" in unknown.json()
    assert wrong.status_code == 400
    assert moment.json() == "at: got 'tomorrow', expected a moment such as 2026-12-24T18:00:00Z"


async def test_who_has_the_duty_is_said_for_now_and_any_moment(tmp_path: Path):
    async with desk(tmp_path, **SECTION) as made:
        (now,) = await made.get("/api/v1/on-call")
        (then,) = await made.get("/api/v1/on-call", at="2023-11-21T09:00:00+01:00")
    assert START_S == 1_700_000_000
    assert now == {
        "name": "primary", "at": "2023-11-14T22:13:20.000Z", "time_zone": "Europe/Berlin", "who": "ada",
        "receiver": "ada-phone", "until": "2023-11-20T08:00:00.000Z", "next": "grace",
    }  # fmt: skip
    assert (then["who"], then["next"]) == ("grace", "ada")
