import json
from pathlib import Path

import jsonschema
import pytest

from spanwise_dashboards.board import Board, Query, Row, TextBox, Traces
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.render import dump, render
from spanwise_dashboards.style import series, stat, trace_list

SCHEMA = Path(__file__).parents[1] / "data/grafana/dashboard.jsonschema.json"
PROMETHEUS = {"type": "prometheus", "uid": "${datasource}"}
JAEGER = {"type": "jaeger", "uid": "${traces}"}
FORBIDDEN = ("__inputs", "__requires", "__elements", "${DS_", "gnetId", "iteration", "libraryPanel")

every_board = pytest.mark.parametrize("board", boards(), ids=lambda board: board.uid)


def schema():
    """Grafana's own schema without its four known faults (tests/data/grafana/README.md)."""
    official = json.loads(SCHEMA.read_text())
    definitions = official["definitions"]
    definitions["DynamicConfigValue"]["properties"]["value"] = {}
    definitions["MatcherConfig"]["properties"]["options"] = {}
    definitions["VariableModel"]["properties"]["query"] = {}
    definitions["FieldConfig"]["properties"]["links"] = {"type": "array"}
    return official


@every_board
def test_the_json_follows_grafanas_schema(board):
    jsonschema.Draft7Validator(schema()).validate(render(board))


def test_the_schema_refuses_a_misspelt_key():
    wrong = {**render(boards()[0]), "timezon": "browser"}
    with pytest.raises(jsonschema.ValidationError, match="timezon"):
        jsonschema.Draft7Validator(schema()).validate(wrong)


@every_board
def test_the_same_spec_gives_the_same_bytes(board):
    assert dump(board) == dump(board)
    assert json.loads(dump(board)) == render(board)


@every_board
def test_the_json_is_accepted_by_file_and_by_api(board):
    rendered = render(board)
    assert rendered["schemaVersion"] == 42
    assert rendered["editable"] is False
    assert not {"id", "version", "meta"} & rendered.keys()
    assert not [each for each in FORBIDDEN if each in dump(board)]


@every_board
def test_ids_of_panels_are_unique_and_refids_count_from_a(board):
    panels = render(board)["panels"]
    ids = [panel["id"] for panel in panels]
    assert len(set(ids)) == len(ids)
    for panel in panels:
        references = [target["refId"] for target in panel.get("targets", [])]
        assert references == [chr(ord("A") + i) for i in range(len(references))]


@every_board
def test_panels_fill_the_grid_without_overlap(board):
    taken = set()
    for panel in render(board)["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not taken & cells
        assert all(x < 24 for x, _ in cells)
        taken |= cells


@every_board
def test_panels_and_queries_use_the_chosen_data_source(board):
    for panel in render(board)["panels"]:
        if panel["type"] != "row":
            sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
            assert sources in ([PROMETHEUS] * len(sources), [JAEGER] * 2)


def target_of(traces):
    panel = trace_list("Found", "Which?", traces, link="/d/x")
    board = Board(uid="b", title="B", question="?", variables=(), rows=(Row("One", (panel,)),), deeper="/d/y")
    return render(board)["panels"][1]["targets"]


def test_jaeger_is_asked_for_what_is_wanted_and_for_nothing_else():
    search = Traces("search", service="${service}", tags="error=true", limit=20)
    asked = {"queryType": "search", "service": "${service}", "tags": "error=true", "limit": 20}
    assert target_of(search) == [{"datasource": JAEGER, "refId": "A", **asked}]
    assert target_of(Traces("id", trace_id="${trace_id}")) == [
        {"datasource": JAEGER, "refId": "A", "query": "${trace_id}"}
    ]
    assert target_of(Traces("dependencyGraph")) == [
        {"datasource": JAEGER, "refId": "A", "queryType": "dependencyGraph"}
    ]


def test_a_text_box_holds_its_first_value():
    board = Board(
        uid="b",
        title="B",
        question="?",
        variables=(),
        rows=(),
        deeper="/d/y",
        boxes=(TextBox("tags", "Tags", "error=true"),),
    )
    box = render(board)["templating"]["list"][-1]
    assert (box["type"], box["name"], box["query"]) == ("textbox", "tags", "error=true")
    assert box["current"]["value"] == "error=true"


def test_a_click_on_a_line_leads_where_the_panel_says():
    panel = series("Runs", "Whose?", (Query("1"),), "cpm", link="/d/x")
    board = Board(uid="b", title="B", question="?", variables=(), rows=(Row("One", (panel,)),), deeper="/d/y")
    assert render(board)["panels"][1]["fieldConfig"]["defaults"]["links"] == [{"title": "Open this one", "url": "/d/x"}]


def test_a_click_on_any_other_panel_leads_deeper():
    panel = stat("Runs", "How many?", Query("1"), "none")
    board = Board(uid="b", title="B", question="?", variables=(), rows=(Row("One", (panel,)),), deeper="/d/y")
    assert render(board)["panels"][1]["fieldConfig"]["defaults"]["links"] == [{"title": "Look closer", "url": "/d/y"}]


def test_panels_wrap_when_the_grid_is_full():
    wide = [stat(f"Number {i}", "How many?", Query("1"), "none", width=10) for i in range(3)]
    board = Board(
        uid="b", title="B", question="?", variables=(), rows=(Row("One", tuple(wide)), Row("Two", ())), deeper="/d/y"
    )
    grids = [panel["gridPos"] for panel in render(board)["panels"]]
    assert [(grid["x"], grid["y"]) for grid in grids] == [(0, 0), (0, 1), (10, 1), (0, 5), (0, 9)]
