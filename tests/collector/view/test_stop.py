from __future__ import annotations

import time

import pytest

from tests.collector.test_stops import SECRET, a_stop, signed
from tests.support.collector import collecting


@pytest.fixture
def secret(tmp_path):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    return {"stops": {"secret_file": file}}


async def post(talk, body, headers):
    return await talk.client.post(f"{talk.http}/api/v1/stops", content=body, headers=headers)


async def test_a_signed_stop_is_taken_and_told(tmp_path, secret):
    async with collecting(tmp_path / "data", **secret) as talk:
        taken = await post(talk, a_stop(), signed(a_stop(), at_s=int(time.time())))
        assert (taken.status_code, taken.json()) == (202, {"status": "taken"})
        told = (await talk.get("/api/v1/stops", service="shop")).json()["stops"]
        assert [stop["reason"] for stop in told] == ["it loops"]
        assert (await talk.get("/api/v1/stops", service="other")).json() == {"stops": []}


async def test_what_is_not_signed_is_forbidden_and_what_is_no_stop_is_named(tmp_path, secret):
    async with collecting(tmp_path / "data", **secret) as talk:
        forged = await post(talk, a_stop(), {})
        assert (forged.status_code, "not signed" in forged.json()["detail"]) == (403, True)
        wrong = await post(talk, a_stop(trace_id="x"), signed(a_stop(trace_id="x"), at_s=int(time.time())))
        assert wrong.status_code == 422
        assert "trace_id: got 'x'" in wrong.json()["detail"][0]["msg"]
        assert (await post(talk, b"x" * 70_000, {})).status_code == 413
        assert (await talk.get("/api/v1/stops", services="x")).status_code == 422


async def test_without_a_secret_no_stop_is_taken(tmp_path):
    async with collecting(tmp_path) as talk:
        refused = await post(talk, a_stop(), signed(a_stop(), at_s=int(time.time())))
        assert refused.status_code == 403
        assert "collector.stops.secret_file" in refused.json()["detail"]
