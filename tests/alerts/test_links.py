from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from spanwise_alerts import links
from spanwise_alerts.links import Links
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.render import render

GRAFANA = Links(grafana="https://g.example.com/sub/")
LABELS = {"model": "gpt-4o/x&y", "provider": "openai", "alertname": "z"}


def test_a_trace_is_shown_where_that_is_set_else_in_grafana_else_by_the_collector():
    where = ("ab12", 10.0, 20.5, "http://c:8750")
    assert Links(traces="https://j.example.com/trace/{trace_id}").trace(*where) == "https://j.example.com/trace/ab12"
    found = urlsplit(GRAFANA.trace(*where))
    assert (found.netloc, found.path) == ("g.example.com", "/sub/d/spanwise-traces")
    assert parse_qs(found.query) == {"from": ["10000"], "to": ["20500"], "var-trace_id": ["ab12"]}
    assert Links().trace(*where) == "http://c:8750/api/traces/ab12"


@pytest.mark.parametrize(
    ("measure", "labels", "board"),
    [
        ("llm.duration", LABELS, "spanwise-llm"),
        ("llm.cost", LABELS, "spanwise-cost"),
        ("run.cost", LABELS, "spanwise-cost"),
        ("tool.errors", LABELS, "spanwise-tools"),
        ("run.duration", {"agent": "a"}, "spanwise-agent"),
        ("run.duration", {}, "spanwise-fleet"),
    ],
)
def test_a_measure_has_its_board(measure: str, labels: dict[str, str], board: str):
    assert urlsplit(GRAFANA.board(measure, labels, 0.0, 1.0)).path == f"/sub/d/{board}"
    assert Links().board(measure, labels, 0.0, 1.0) == ""


def test_a_board_is_narrowed_to_the_labels_of_its_drop_downs():
    query = parse_qs(urlsplit(GRAFANA.board("llm.duration", LABELS, 0.0, 1.0)).query)
    assert query == {"from": ["0"], "to": ["1000"], "var-provider": ["openai"], "var-model": ["gpt-4o/x&y"]}


def test_the_boards_and_drop_downs_are_those_that_are_provisioned():
    known = {board.uid: {each["name"] for each in render(board)["templating"]["list"]} for board in boards()}
    assert "trace_id" in known[links._TRACES]
    for uid, names in links._VARIABLES.items():
        assert set(names) <= known[uid]


@pytest.mark.parametrize(
    "keys",
    [{"grafana": "g.example.com"}, {"grafana": "javascript:x"}, {"traces": "https://j.example.com/trace"}],
)
def test_what_is_no_link_is_refused(keys: dict[str, str]):
    with pytest.raises(ValidationError, match="expected a link"):
        Links.model_validate(keys)
