import time

from tests.support.collector import collecting
from tests.support.otlp import request, span

NOW_NS = time.time_ns()


def told(number, attributes):
    return span(span_id=bytes(7) + bytes([number]), start_ns=NOW_NS - 10**9, end_ns=NOW_NS, attributes=attributes)


async def test_emitters_are_told_with_the_keys_that_no_table_reads(tmp_path):
    known = {"gen_ai.operation.name": "chat", "gen_ai.system": "acme", "gen_ai.usage.input_tokens": 5}
    odd = {**known, "gen_ai.usage.thinking_tokens": 3, "acme.cost": "0.25", "acme.usage_policy": "strict"}
    async with collecting(tmp_path) as talk:
        await talk.send(request([told(1, odd), told(2, known)], scope="acme.tracer").SerializeToString())
        await talk.send(request([told(3, {"http.method": "GET"})], scope="http").SerializeToString())
        answer = (await talk.get("/api/v1/dialects")).json()
    assert [row.pop("last_seen") for row in answer["dialects"]] == [NOW_NS / 10**9] * 2
    assert answer == {
        "dialects": [
            {
                "scope": "acme.tracer", "version": "0.1.0", "dialect": "gen_ai", "spans": 2, "calls": 2,
                "duplicate_calls": 0, "calls_without_tokens": 0,
                "unmapped": ["acme.cost", "gen_ai.usage.thinking_tokens"],
            },
            {
                "scope": "http", "version": "0.1.0", "dialect": None, "spans": 1, "calls": 0,
                "duplicate_calls": 0, "calls_without_tokens": 0, "unmapped": [],
            },
        ]
    }  # fmt: skip


async def test_a_window_that_is_none_is_refused_by_name(tmp_path):
    async with collecting(tmp_path) as talk:
        answer = await talk.get("/api/v1/dialects", window="yesterday")
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", "window"]
        assert (await talk.get("/api/v1/dialects", windw="1h")).status_code == 422


async def test_versions_of_services_are_told_with_when_they_came(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(
            request([told(1, {})], resource={"service.name": "shop", "service.version": "2.1"}).SerializeToString()
        )
        (found,) = (await talk.get("/api/v1/versions")).json()["versions"]
    assert found.pop("last_seen") > 0
    assert found == {"service": "shop", "version": "2.1", "environment": "", "first_seen": None}
