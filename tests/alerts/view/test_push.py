from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spanwise_alerts.errors import RecordError
from spanwise_alerts.view.wire import MAX_BYTES
from tests.support.desk import desk


def labels(**more: str) -> dict[str, Any]:
    return {"labels": {"alertname": "x", **more}}


async def test_the_good_half_of_a_post_counts_and_the_other_is_said(tmp_path: Path):
    async with desk(tmp_path) as made:
        answer = await made.post(labels(n="1"), {"labels": {}}, labels(n="2"))
        assert answer.status_code == 400
        assert answer.json() == "[1].labels: expected at least one with a value"
        assert {alert["labels"]["n"] for alert in await made.get("/api/v2/alerts")} == {"1", "2"}
        numbers = (await made.client.get("/metrics")).text
        assert "spanwise_alerts_received_total 2.0" in numbers
        assert "spanwise_alerts_received_invalid_total 1.0" in numbers


@pytest.mark.parametrize("content", [b"", b"[", b'{"labels": {"a": "b"}}'])
async def test_what_is_no_list_is_refused_with_a_bare_string(tmp_path: Path, content: bytes):
    async with desk(tmp_path) as made:
        answer = await made.client.post("/api/v2/alerts", content=content)
        assert answer.status_code == 400
        assert answer.json().startswith("expected a JSON list of alerts")


async def test_an_empty_list_is_taken(tmp_path: Path):
    async with desk(tmp_path) as made:
        answer = await made.post()
        assert (answer.status_code, answer.content) == (200, b"")


async def test_a_body_beyond_the_limit_is_refused_and_not_read(tmp_path: Path):
    async with desk(tmp_path) as made:
        for path in ("/api/v2/alerts", "/api/v2/silences"):
            answer = await made.client.post(path, content=b" " * (MAX_BYTES + 1))
            assert (answer.status_code, answer.json()) == (413, f"expected a body of at most {MAX_BYTES} bytes")


async def test_what_the_database_refuses_is_503_and_changes_nothing(tmp_path: Path):
    async with desk(tmp_path) as made:

        async def refuse(*_: object) -> None:
            raise RecordError("disk full")

        commit, made.store.commit = made.store.commit, refuse  # type: ignore[method-assign]
        silence = {"matchers": [{"name": "a", "value": "b"}], "startsAt": "2023-11-14T22:13:20Z",
                   "endsAt": "2023-11-15T22:13:20Z", "createdBy": "me", "comment": "c"}  # fmt: skip
        for answer in (await made.post(labels()), await made.client.post("/api/v2/silences", json=silence)):
            assert (answer.status_code, answer.json()) == (503, "not recorded, nothing changed: disk full")
        made.store.commit = commit  # type: ignore[method-assign]
        assert (await made.post({"labels": {"a": "c"}})).status_code == 200
        assert [alert["labels"] for alert in await made.get("/api/v2/alerts")] == [{"a": "c"}]
