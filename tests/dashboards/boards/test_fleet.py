from spanwise_dashboards.boards.fleet import BOARD
from spanwise_dashboards.render import render

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_the_first_row_answers_whether_anybody_must_act():
    assert [panel.title for panel in BOARD.rows[0].panels] == [
        "Runs per minute",
        "Success ratio",
        "Run duration p95",
        "Cost per hour",
        "Unpriced calls",
        "Firing alerts",
    ]


def test_the_worst_agent_is_first_and_one_click_away():
    table = PANELS["Agents"]
    assert table.options["sortBy"] == [{"desc": True, "displayName": "Error ratio"}]
    link = next(each for each in table.overrides if each["matcher"]["options"] == "Agent")["properties"][0]
    assert link["id"] == "links"
    assert "var-agent=${__value.raw}" in link["value"][0]["url"]


def test_the_click_keeps_every_other_variable_of_the_board():
    url = str(PANELS["Agents"].overrides[0])
    for variable in render(BOARD)["templating"]["list"]:
        if variable["name"] != "agent":
            assert f"${{{variable['name']}:queryparam}}" in url


def test_latency_leads_to_traces():
    exemplary = [panel.title for panel in PANELS.values() if any(query.exemplars for query in panel.queries)]
    assert exemplary == ["Run duration", "Model call p95 by model"]


def test_money_that_is_missing_is_shown_even_when_there_is_none():
    assert PANELS["Unpriced calls"].queries[0].expr.endswith("or vector(0)")
