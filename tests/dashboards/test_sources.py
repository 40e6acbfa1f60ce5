import pytest

from spanwise_dashboards.sources import PROMETHEUS, SOURCES, TRACES, changed, new


def test_a_new_one_looks_where_it_is_told_or_where_things_usually_are():
    assert new(PROMETHEUS, None)["url"] == "http://localhost:9090"
    assert new(TRACES, "http://collector:8750")["url"] == "http://collector:8750"


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.uid)
def test_what_people_set_themselves_stays(source):
    found = {**new(source, None), "name": "Mine", "jsonData": {**new(source, None)["jsonData"], "timeout": 7}}
    assert {**found, **changed(source, found, None)} == found


def test_exemplars_lead_to_traces_beside_where_else_they_lead():
    other = {"name": "traceID", "datasourceUid": "tempo"}
    wanted = changed(PROMETHEUS, {"jsonData": {"exemplarTraceIdDestinations": [other]}}, None)
    destinations = wanted["jsonData"]["exemplarTraceIdDestinations"]
    assert destinations == [other, {"name": "trace_id", "datasourceUid": TRACES.uid}]
