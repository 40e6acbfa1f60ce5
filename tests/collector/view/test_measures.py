import time

import pytest

from spanwise_schema.measures import MEASURES
from tests.support.collector import collecting
from tests.support.otlp import traffic


async def test_the_catalogue_is_told(tmp_path):
    async with collecting(tmp_path) as talk:
        told = (await talk.get("/api/v1/measures")).json()["measures"]
        assert [measure["name"] for measure in told] == list(MEASURES)
        assert {"name", "unit", "stats", "dimensions", "help"} == set(told[0])


async def test_an_answer_says_what_was_asked(tmp_path):
    async with collecting(tmp_path) as talk:
        answer = await talk.get("/api/v1/measure", measure="llm.duration", stat="p95", window="90s", at="1790000000.5")
        assert answer.json() == {
            "measure": "llm.duration",
            "stat": "p95",
            "unit": "s",
            "window_s": 90.0,
            "at": 1790000000.5,
            "series": [],
        }


@pytest.mark.parametrize(
    ("params", "field", "allowed"),
    [
        ({"measure": "llm.latency"}, "measure", "llm.duration"),
        ({"stat": "p42"}, "stat", "p95"),
        ({"by": "model,region"}, "by", "provider"),
        ({"where": "region:eu"}, "where", "provider"),
        ({"window": "5 minutes"}, "window", None),
        ({"at": "yesterday"}, "at", None),
        ({"widnow": "5m"}, "widnow", None),
    ],
)
async def test_a_wrong_parameter_is_named_with_what_is_allowed(tmp_path, params, field, allowed):
    async with collecting(tmp_path) as talk:
        answer = await talk.get("/api/v1/measure", **{"measure": "llm.duration", "stat": "p95", **params})
        assert answer.status_code == 422
        (fault,) = answer.json()["detail"]
        assert fault["loc"] == ["query", field]
        assert allowed is None or allowed in fault["allowed"]


async def test_points_over_time_add_up(tmp_path):
    now_s = int(time.time())
    body, truth = traffic(1, spans=300, now_ns=now_s * 10**9)
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        asked = {"measure": "llm.calls", "stat": "count", "start": now_s - 60, "end": now_s + 10, "step": "10s"}
        answer = (await talk.get("/api/v1/measure/range", **asked)).json()
        (series,) = answer["series"]
        assert answer["step_s"] == 10
        assert sum(point["value"] for point in series["points"]) == len(truth.llm)


@pytest.mark.parametrize(
    ("params", "field"),
    [({"end": "10"}, "end"), ({"step": "1ms"}, "step"), ({"step": "soon"}, "step"), ({"start": "x"}, "start")],
)
async def test_a_wrong_range_is_named(tmp_path, params, field):
    async with collecting(tmp_path) as talk:
        asked = {"measure": "llm.calls", "stat": "count", "start": "1000", "end": "2000", **params}
        answer = await talk.get("/api/v1/measure/range", **asked)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", field]
