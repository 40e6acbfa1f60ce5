import time

import pytest

from spanwise_collector import runs
from spanwise_collector.store.traces import Most
from tests.support.collector import collecting
from tests.support.otlp import request, span, traffic

AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher"}
CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 10}


async def asked(talk, **params):
    answer = await talk.get("/api/v1/runs", **params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({"status": "fine"}, ["status"]),
        ({"limit": 0}, ["limit"]),
        ({"agnt": "x"}, ["agnt"]),
        ({"window": "soon", "at": "noon", "min_duration": "long", "min_cost": -1, "sort": "age"}, [
            "min_duration", "min_cost", "window", "at", "sort",
        ]),
        ({"cursor": "abc"}, ["cursor"]),
        ({"cursor": "!"}, ["cursor"]),
    ],
)  # fmt: skip
async def test_all_wrong_parameters_are_named_at_once(tmp_path, params, fields):
    async with collecting(tmp_path) as talk:
        answer = await talk.get("/api/v1/runs", **params)
        assert answer.status_code == 422
        assert sorted(fault["loc"][-1] for fault in answer.json()["detail"]) == sorted(fields)


async def test_pages_follow_each_other_and_hold_their_window(tmp_path):
    body, truth = traffic(3, spans=300, now_ns=time.time_ns())
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        everything = (await asked(talk, sort="tokens", limit=1000))["runs"]
        assert len(everything) == len(truth.runs)
        paged, cursor = [], {}
        while True:
            answer = await asked(talk, sort="tokens", limit=10, **cursor)
            paged += answer["runs"]
            if answer["next"] is None:
                break
            cursor = {"cursor": answer["next"]}
            later_ns = time.time_ns() + 3_600 * 10**9
            await talk.send(traffic(len(paged), spans=20, now_ns=later_ns)[0])
        assert [run["span_id"] for run in paged] == [run["span_id"] for run in everything]


async def test_a_cursor_of_other_parameters_is_refused(tmp_path):
    async with collecting(tmp_path) as talk:
        await talk.send(traffic(3, spans=300, now_ns=time.time_ns())[0])
        cursor = (await asked(talk, limit=2))["next"]
        answer = await talk.get("/api/v1/runs", limit=2, sort="cost", cursor=cursor)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", "cursor"]


async def test_one_run_is_found_by_the_ids_that_the_list_gives(tmp_path, monkeypatch):
    now_ns = time.time_ns()
    chat = span(
        attributes=CHAT, trace_id=b"t" * 16, span_id=b"c" * 8, parent_span_id=b"a" * 8, start_ns=now_ns - 10**9,
        end_ns=now_ns,
    )  # fmt: skip
    agent = span(attributes=AGENT, trace_id=b"t" * 16, span_id=b"a" * 8, start_ns=now_ns - 10**9, end_ns=now_ns)
    async with collecting(tmp_path) as talk:
        await talk.send(request([chat, agent]).SerializeToString())
        (run,) = (await asked(talk))["runs"]
        path = f"/api/v1/runs/{run['trace_id']}"
        found = (await talk.get(f"{path}/{run['span_id']}")).json()
        assert [step["model"] for step in found.pop("step_list")] == ["gpt-4o"]
        assert found.pop("truncated") is False
        assert found == run
        assert (await talk.get(f"{path}/{'0' * 16}")).status_code == 404
        malformed = await talk.get(f"{path}/xyz")
        assert malformed.status_code == 422
        assert "16 hexadecimal digits" in malformed.text
        monkeypatch.setattr(runs, "MOST_OF_ONE", Most(1, 2**20))
        (fault,) = (await talk.get(f"{path}/{run['span_id']}")).json()["detail"]
        assert fault["loc"] == ["path", "trace_id"]
        assert fault["msg"] == "a trace of 2 spans; expected at most 1 spans and 1 MiB"


async def test_the_routes_are_in_the_description_of_the_api(tmp_path):
    async with collecting(tmp_path) as talk:
        paths = (await talk.get("/openapi.json")).json()["paths"]
        named = {one["name"] for one in paths["/api/v1/runs"]["get"]["parameters"]}
        assert {"agent", "model", "min_cost", "sort", "order", "cursor"} <= named
        assert "/api/v1/runs/{trace_id}/{span_id}" in paths
