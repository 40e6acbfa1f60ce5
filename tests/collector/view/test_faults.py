import pytest

from tests.support.collector import PROTOBUF, collecting

FAULTS = [
    ({"limit": 0}, "Input should be greater than or equal to 1, got '0'"),
    ({"limit": 10**9}, "Input should be less than or equal to 1000, got '1000000000'"),
    ({"limit": "many"}, "unable to parse string as an integer, got 'many'"),
    ({"status": "dead"}, "Input should be 'running', 'ok', 'error' or 'lost', got 'dead'"),
    ({"min_cost": "nan"}, "less than or equal to 1000000, got 'nan'"),
    ({"window": "long"}, 'expected a duration such as "30s", "5m", "1h" or "2d", got \'long\''),
    ({"window": "99999d"}, "expected a duration above 0 and of at most 36500d, got '99999d'"),
    ({"at": "soon"}, "expected Unix seconds or RFC 3339, got 'soon'"),
    ({"at": "0001-01-01T00:00:00Z"}, "of the years 1824 to 2116, got '0001-01-01T00:00:00Z'"),
    ({"at": "-1e11"}, "of the years 1824 to 2116, got '-1e11'"),
    ({"cursor": "?"}, "expected `next` of the page before"),
]


@pytest.fixture
async def talk(tmp_path):
    async with collecting(tmp_path) as talk:
        yield talk


async def fault(talk, path, **params):
    answer = await talk.get(path, **params)
    assert answer.status_code == 422, answer.text
    (found,) = answer.json()["detail"]
    return found


async def test_an_unknown_parameter_is_told_with_those_that_there_are(talk):
    found = await fault(talk, "/api/v1/runs", limt=5)
    assert (found["loc"], found["msg"]) == (["query", "limt"], "unknown parameter 'limt'")
    assert {"limit", "window", "sort", "cursor"} <= set(found["allowed"])


async def test_where_there_are_no_parameters_each_is_refused(talk):
    for path in ("measures", "ledger", f"traces/{'0' * 32}", f"runs/{'0' * 32}/{'0' * 16}"):
        found = await fault(talk, f"/api/v1/{path}", limit=5)
        assert (found["loc"], found["msg"]) == (["query", "limit"], "unknown parameter 'limit'; there are none here")


async def test_what_is_missing_is_named_all_at_once(talk):
    answer = await talk.get("/api/v1/measure")
    assert [found["msg"] for found in answer.json()["detail"]] == ["measure is required", "stat is required"]
    assert [found["loc"] for found in answer.json()["detail"]] == [["query", "measure"], ["query", "stat"]]


async def test_a_value_is_told_with_what_is_allowed_and_nothing_of_our_insides(talk):
    for asked, told in FAULTS:
        found = await fault(talk, "/api/v1/runs", **asked)
        assert found["loc"] == ["query", *asked]
        assert found["msg"].endswith(told)
        assert set(found) <= {"loc", "msg", "type", "allowed"}


async def test_otlp_that_is_sent_to_the_query_api_is_told_where_it_is_taken(talk):
    answer = await talk.client.post(f"{talk.http}/v1/traces", content=b"", headers=PROTOBUF)
    assert answer.status_code == 404
    assert "collector.otlp.http" in answer.json()["detail"]


async def test_a_path_where_nothing_is_is_named(talk):
    answer = await talk.get("/api/v1/nothing")
    assert (answer.status_code, answer.json()["detail"]) == (404, "/api/v1/nothing: nothing is here; see /docs")
    assert (await talk.client.post(f"{talk.http}/api/v1/measures")).status_code == 405
