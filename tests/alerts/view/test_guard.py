from __future__ import annotations

from pathlib import Path

import pytest

from spanwise_alerts.view.guard import is_loopback
from tests.support.desk import desk


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://{host}"])
async def test_a_page_of_somebody_else_changes_nothing(tmp_path: Path, origin: str):
    async with desk(tmp_path) as made:
        host = made.url.removeprefix("http://")
        # a page over https would not be ours: we serve http
        origin = origin.replace("https://{host}", f"http://evil.example/{host}")
        answer = await made.client.post(
            "/api/v2/alerts", json=[{"labels": {"a": "b"}}], headers={"Origin": origin, "Content-Type": "text/plain"}
        )
        assert (answer.status_code, answer.json()) == (403, f"Origin: got {origin!r}, expected no page but our own")
        assert await made.get("/api/v2/alerts") == []


async def test_our_own_page_and_programs_may(tmp_path: Path):
    async with desk(tmp_path) as made:
        for headers in ({"Origin": made.url}, {}):
            answer = await made.client.post("/api/v2/alerts", json=[{"labels": {"a": "b"}}], headers=headers)
            assert answer.status_code == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://alerts.example.com:8443", 200), ("https://alerts.example.com", 403),
        ("http://alerts.example.com:8443", 403), ("https://alerts.example.com:8443.evil.example", 403), ("null", 403),
    ],
)  # fmt: skip
async def test_behind_a_proxy_the_page_of_the_external_url_is_ours(tmp_path: Path, origin: str, status: int):
    async with desk(tmp_path, external_url="https://alerts.example.com:8443/spanwise") as made:
        answer = await made.client.post("/api/v2/alerts", json=[{"labels": {"a": "b"}}], headers={"Origin": origin})
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 403), ("evil.example:9093", 403), ("localhost:9093", 200), ("spanwise:9093", 200),
        ("127.0.0.1", 200), ("[::1]:9093", 200), ("alerts.example.com", 200), ("x.localhost", 200), ("[", 200),
    ],
)  # fmt: skip
async def test_on_loopback_a_foreign_name_reads_nothing(tmp_path: Path, host: str, status: int):
    async with desk(tmp_path, external_url="https://alerts.example.com") as made:
        answer = await made.client.get("/api/v2/alerts", headers={"Host": host})
        assert answer.status_code == status
        if status == 403:
            assert "expected a loopback address, or the host of `external_url`" in answer.json()


async def test_off_loopback_any_name_may_read_and_no_foreign_page_may_write(tmp_path: Path):
    async with desk(tmp_path, http="0.0.0.0:0") as made:
        client, port = made.client, made.url.rpartition(":")[2]
        url = f"http://127.0.0.1:{port}/api/v2/alerts"
        headers = {
            "Host": "alerts.monitoring.svc.cluster.local",
            "Origin": "http://alerts.monitoring.svc.cluster.local",
        }
        assert (await client.get(url, headers=headers)).status_code == 200
        assert (await client.post(url, json=[], headers=headers)).status_code == 403


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("127.0.0.1:1", True), ("localhost:1", True), ("[::1]:1", True), ("0.0.0.0:1", False), ("a.example:1", False)],
)
def test_loopback_is_told(address: str, *, wanted: bool):
    assert is_loopback(address) is wanted
