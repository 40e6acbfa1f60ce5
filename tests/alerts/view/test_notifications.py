from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.body import schema
from spanwise_alerts.outbox import Attempt
from spanwise_alerts.plan import Plan
from tests.alerts.builders import a_letter
from tests.support.desk import START_S, Desk, desk
from tests.support.webhook import Reply, WebhookSink


async def dead(made: Desk, thread: str = "dead", channel: str = "team/webhook") -> str:
    letter = a_letter(channel, thread=thread, group_key=thread)
    await made.store.commit(Plan(START_S, letters=[letter]))
    await made.store.settle([Attempt(letter, Outcome("dead", "answered 404"), START_S + 1.0, 0.0)])
    return letter.key


async def test_letters_are_listed_with_how_they_stand(tmp_path: Path):
    async with desk(tmp_path) as made:
        key = await dead(made)
        await made.store.commit(Plan(START_S, letters=[a_letter("pager/webhook")]))
        waiting, lost = await made.get("/api/v1/notifications")
        assert (waiting["status"], waiting["channel"], waiting["ended_at"]) == ("pending", "pager/webhook", None)
        assert waiting["due_at"] == "2023-11-14T22:13:20.000Z"
        assert lost == {
            "key": key, "channel": "team/webhook", "receiver": "team", "status": "dead", "attempts": 1,
            "reason": "answered 404", "created_at": "2023-11-14T22:13:20.000Z", "due_at": None,
            "ended_at": "2023-11-14T22:13:21.000Z", "group_key": "dead",
            "told": {"status": "firing", "tier": "warning", "reason": "first", "summary": "gpt-4o is slow"},
        }  # fmt: skip
        assert [n["key"] for n in await made.get("/api/v1/notifications", status="dead")] == [key]
        assert [n["key"] for n in await made.get("/api/v1/notifications", receiver="team")] == [key]
        assert len(await made.get("/api/v1/notifications", limit=1)) == 1


@pytest.mark.parametrize(
    ("params", "wanted"),
    [({"since": "long"}, "since: got 'long'"), ({"status": "lost"}, "status.0"), ({"stattus": "dead"}, "stattus")],
)
async def test_a_wrong_question_is_refused_by_its_name(tmp_path: Path, params: dict[str, str], wanted: str):
    async with desk(tmp_path) as made:
        assert str(await made.get("/api/v1/notifications", **params)).startswith(wanted)


async def test_one_letter_has_what_it_says_and_each_attempt(tmp_path: Path):
    async with desk(tmp_path) as made:
        key = await dead(made)
        found = await made.get(f"/api/v1/notifications/{key}")
        assert [alert["fingerprint"] for alert in found["alerts"]] == ["00000000000000aa"]
        assert [each["text"] for each in found["history"]] == [
            "team/webhook: given up at attempt 1: answered 404"
        ]  # fmt: skip
        assert (await made.client.get("/api/v1/notifications/none")).status_code == 404


@pytest.mark.parametrize("asked", [{"keys": True}, {"receiver": "team"}, {"all": True}])
async def test_dead_letters_are_pending_again_and_it_is_said_who_wanted_it(tmp_path: Path, asked: dict[str, Any]):
    async with desk(tmp_path) as made:
        key, other = await dead(made), await dead(made, "old", "gone/webhook")
        body = {"keys": [key, other]} if "keys" in asked else asked
        answer = await made.client.post("/api/v1/notifications/replay", json={**body, "author": "ada"})
        left = {} if "receiver" in asked else {other: "its receiver is not configured"}
        assert answer.json() == {"replayed": [key], "left": left}
        found = await made.get(f"/api/v1/notifications/{key}")
        assert (found["status"], found["attempts"]) == ("pending", 0)
        assert found["history"][-1]["text"] == "team/webhook: is sent once more, as asked for by ada"


@pytest.mark.parametrize("body", [{}, {"keys": []}, {"all": True, "receiver": "team"}, {"al": True}, []])
async def test_a_replay_says_of_which_letters(tmp_path: Path, body: Any):
    async with desk(tmp_path) as made:
        answer = await made.client.post("/api/v1/notifications/replay", json=body)
        assert (answer.status_code, answer.json()[:8]) == (400, "expected")


async def test_a_test_goes_by_every_channel_and_tells_how_each_took_it(tmp_path: Path):
    with WebhookSink(Reply(404, body=b"no such hook")) as bad, WebhookSink() as good:
        hooks = [{"url": sink.url, "allow_private": True} for sink in (bad, good)]
        async with desk(tmp_path, receivers=[{"name": "team", "webhook": hooks}]) as made:
            answer = await made.client.post("/api/v1/receivers/team/test")
            assert answer.json() == {
                "receiver": "team",
                "channels": [
                    {"channel": "team/webhook", "status": "failed", "reason": "answered 404: no such hook"},
                    {"channel": "team/webhook/2", "status": "delivered", "reason": ""},
                ],
            }
            assert (await made.client.post("/api/v1/receivers/tam/test")).status_code == 404
            assert await made.get("/api/v1/notifications") == []
    assert (good.bodies[0]["reason"], good.bodies[0]["tier"]) == ("test", "info")


async def test_the_schema_of_webhooks_is_served(tmp_path: Path):
    async with desk(tmp_path) as made:
        assert await made.get("/api/v1/schemas/webhook") == schema()
