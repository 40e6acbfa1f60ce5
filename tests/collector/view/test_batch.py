import time

import pytest

from tests.support.collector import collecting
from tests.support.otlp import traffic


def series_of(told, number):
    answer = told["answers"][number]
    of = told["sets"][answer["set"]]
    rows = told["tables"][of["table"]]["rows"]
    return {
        tuple(row): (value, count)
        for row, value, count in zip(rows, answer["values"], of["counts"], strict=True)
        if value is not None
    }


async def test_each_question_is_answered_in_its_place_as_it_would_be_alone(tmp_path):
    now_s = int(time.time())
    body, _ = traffic(1, spans=300, now_ns=now_s * 10**9)
    queries = [
        {"measure": "llm.duration", "stat": "p95", "by": ["provider", "model"]},
        {"measure": "llm.latency", "stat": "p95"},
        {"measure": "llm.errors", "stat": "ratio", "by": ["agent"], "where": {"environment": "prod"}, "window_s": 60},
        {"measure": "llm.calls", "stat": "count", "ago_s": 86400 * 10},
    ]
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        told = (await talk.post("/api/v1/measure/batch", {"at": now_s + 1, "queries": queries})).json()
        for number, query in enumerate(queries):
            if number == 1:
                continue
            asked = {"measure": query["measure"], "stat": query["stat"], "at": now_s + 1 - query.get("ago_s", 0)}
            asked |= {"by": ",".join(query.get("by", [])), "window": f"{query.get('window_s', 300)}s"}
            asked |= {"where": [f"{k}:{v}" for k, v in query["where"].items()]} if "where" in query else {}
            alone = (await talk.get("/api/v1/measure", **asked)).json()["series"]
            wanted = {tuple(s["labels"].values()): (pytest.approx(s["value"]), s["count"]) for s in alone}
            assert series_of(told, number) == wanted
        assert told["answers"][1]["fault"].startswith("measure: unknown measure 'llm.latency'")


async def test_sums_since_a_moment_are_told_by_user_the_greatest_first(tmp_path):
    now_s = int(time.time())
    body, _ = traffic(1, spans=300, now_ns=now_s * 10**9)
    query = {"measure": "llm.cost", "stat": "sum", "since": now_s - 3600}
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        asked = [query, {**query, "by": ["session"], "top": 2}, {**query, "by": ["user"], "measure": "run.cost"}]
        told = (await talk.post("/api/v1/measure/batch", {"queries": asked})).json()
        total = series_of(told, 0)[()][0]
        live = (await talk.get("/api/v1/measure", measure="llm.cost", stat="sum", window="1h")).json()["series"]
        assert total == pytest.approx(live[0]["value"])
        by_session = [value for value, _ in series_of(told, 1).values()]
        assert len(by_session) <= 2
        assert by_session == sorted(by_session, reverse=True)
        assert "no dimension 'user'" in told["answers"][2]["fault"]
        # nothing is known of the time before the first span
        assert told["sets"][0]["complete_from"] > now_s - 3600


@pytest.mark.parametrize(
    "body",
    [{"queries": [{"measure": "llm.cost"}]}, {"queries": [], "when": 1}, [], {"queries": [], "at": 1e300}],
    ids=["without a stat", "an unknown key", "no object", "no moment"],
)
async def test_a_body_that_is_none_is_refused_as_a_whole(tmp_path, body):
    async with collecting(tmp_path) as talk:
        answer = await talk.post("/api/v1/measure/batch", body)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"window_s": 0}, "window_s"), ({"ago_s": -1}, "ago_s"), ({"by": ["colour"]}, "by"), ({"stat": "p42"}, "stat"),
        ({"where": {"colour": "red"}}, "by"), ({"since": 1.0, "stat": "p95"}, "stat"), ({"since": 1e300}, "since"),
    ],
)  # fmt: skip
async def test_a_question_that_is_none_has_its_fault_in_its_place(tmp_path, change, field):
    async with collecting(tmp_path) as talk:
        query = {"measure": "llm.duration", "stat": "p95", **change}
        told = (await talk.post("/api/v1/measure/batch", {"queries": [query]})).json()
        assert told["answers"][0]["fault"].startswith(f"{field}: ")
