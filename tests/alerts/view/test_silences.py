from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.clock import Clock
from tests.support.desk import START_S, Desk, desk

ONE: dict[str, Any] = {
    "matchers": [{"name": "alertname", "value": "x", "isRegex": False}], "startsAt": "2023-11-14T22:13:20Z",
    "endsAt": "2023-11-14T23:13:20Z", "createdBy": "me", "comment": "why",
}  # fmt: skip
UNKNOWN = "3f1c0000-0000-4000-8000-000000000000"


async def make(made: Desk, **changes: Any) -> str:
    answer = await made.client.post("/api/v2/silences", json={**ONE, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["silenceID"]


async def test_a_silence_has_exactly_alertmanagers_shape_and_holds_at_once(tmp_path: Path):
    async with desk(tmp_path) as made:
        key = await make(made)
        assert await made.get(f"/api/v2/silence/{key}") == {
            "id": key, "status": {"state": "active"}, "updatedAt": "2023-11-14T22:13:20.000Z", "comment": "why",
            "createdBy": "me", "startsAt": "2023-11-14T22:13:20.000Z", "endsAt": "2023-11-14T23:13:20.000Z",
            "matchers": [{"name": "alertname", "value": "x", "isRegex": False, "isEqual": True}], "annotations": {},
        }  # fmt: skip
        await made.post({"labels": {"alertname": "x"}})
        (alert,) = await made.get("/api/v2/alerts")
        assert alert["status"] == {"state": "suppressed", "silencedBy": [key], "inhibitedBy": [], "mutedBy": []}


async def test_an_edit_keeps_the_id_unless_it_matches_something_else(tmp_path: Path):
    async with desk(tmp_path) as made:
        key = await make(made)
        assert await make(made, id=key, comment="longer", endsAt="2023-11-15T00:00:00Z") == key
        other = await make(made, id=key, matchers=[{"name": "alertname", "value": "y", "isRegex": False}])
        assert other != key
        states = {each["id"]: each["status"]["state"] for each in await made.get("/api/v2/silences")}
        assert states == {key: "expired", other: "active"}


async def test_an_end_is_200_without_a_body(tmp_path: Path):
    async with desk(tmp_path) as made:
        key = await make(made)
        answer = await made.client.delete(f"/api/v2/silence/{key}")
        assert (answer.status_code, answer.content) == (200, b"")
        assert (await made.get(f"/api/v2/silence/{key}"))["status"] == {"state": "expired"}


async def test_what_is_not_there_is_404(tmp_path: Path):
    async with desk(tmp_path) as made:
        for answer in (
            await made.client.get(f"/api/v2/silence/{UNKNOWN}"),
            await made.client.delete(f"/api/v2/silence/{UNKNOWN}"),
            await made.client.post("/api/v2/silences", json={**ONE, "id": UNKNOWN}),
        ):
            assert (answer.status_code, answer.json()) == (404, f"silence {UNKNOWN} not found")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"matchers": []}, "invalid silence: at least one matcher required"),
        (
            {"matchers": [{"name": "a", "value": ".*", "isRegex": True}]},
            "invalid silence: at least one matcher must not",
        ),
        ({"matchers": [{"name": "a", "value": "(", "isRegex": True}]}, "matchers[0]: got the pattern '('"),
        ({"matchers": [{"name": "a"}]}, "matchers[0]: value: got None"),
        ({"endsAt": "2023-11-14T22:00:00Z"}, "invalid silence: start time must be before end time"),
        ({"startsAt": "2023-11-14T20:00:00Z", "endsAt": "2023-11-14T21:00:00Z"}, "invalid silence: end time can't be"),
        ({"startsAt": "0001-01-01T00:00:00Z"}, "startsAt: got"), ({"startsAt": 5}, "expected a silence: Expected"),
        ({"comment": None}, "expected a silence: Expected"),
        ({"recurring": {"cron": "x", "duration": "1h"}}, "recurring.cron: got 'x'"),
        ({"recurring": {"cron": "0 2 * * *"}}, "recurring: expected `duration`"),
    ],
)  # fmt: skip
async def test_a_faulty_silence_is_refused_with_a_bare_string(tmp_path: Path, changes: dict[str, Any], wanted: str):
    async with desk(tmp_path) as made:
        answer = await made.client.post("/api/v2/silences", json={**ONE, **changes})
        assert answer.status_code == 400
        assert answer.json().startswith(wanted)
        assert await made.get("/api/v2/silences") == []


async def test_silences_are_in_alertmanagers_order(tmp_path: Path):
    clock = Clock(START_S)
    async with desk(tmp_path, clock=clock) as made:
        early = await make(made, endsAt="2023-11-14T22:14:20Z")
        later = await make(made, endsAt="2023-11-14T22:15:20Z")
        clock.advance(200)
        now = {"startsAt": "2023-11-14T22:16:40Z"}
        far = await make(made, **now, endsAt="2023-11-16T00:00:00Z")
        near = await make(made, **now, endsAt="2023-11-15T00:00:00Z")
        last = await make(made, startsAt="2023-11-15T02:00:00Z", endsAt="2023-11-15T03:00:00Z")
        first = await make(made, startsAt="2023-11-15T01:00:00Z", endsAt="2023-11-15T04:00:00Z")
        found = [silence["id"] for silence in await made.get("/api/v2/silences")]
        assert found == [near, far, first, last, later, early]
        shown = [silence["id"] for silence in await made.get("/api/v2/silences", expired="false", pending="false")]
        assert shown == [near, far]


@pytest.mark.parametrize(
    ("query", "count"), [('alertname="x"', 1), ('alertname="y"', 0), ('other=""', 1), ('alertname=~"x|y"', 1)]
)
async def test_they_are_filtered_by_their_own_matchers(tmp_path: Path, query: str, count: int):
    async with desk(tmp_path) as made:
        await make(made)
        assert len(await made.get("/api/v2/silences", filter=query)) == count
        assert (await made.client.get("/api/v2/silences", params={"filter": "x"})).status_code == 400


async def test_what_alertmanager_has_not_is_kept_and_shown(tmp_path: Path):
    async with desk(tmp_path) as made:
        recurring = {"cron": "0 2 * * sun", "duration": "2h", "location": "Europe/Berlin"}
        key = await make(made, untilResolved=True, recurring=recurring, annotations={"ticket": "1"})
        shown = await made.get(f"/api/v2/silence/{key}")
        assert shown["status"] == {"state": "pending"}
        assert shown["untilResolved"] is True
        assert shown["annotations"] == {"ticket": "1"}
        assert shown["recurring"]["cron"] == "0 2 * * sun"
        assert shown["recurring"]["location"] == "Europe/Berlin"
