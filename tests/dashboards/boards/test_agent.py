from spanwise_dashboards.boards.agent import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_the_first_row_says_whether_the_agent_is_well():
    assert [panel.title for panel in BOARD.rows[0].panels] == [
        "Success ratio",
        "Runs per minute",
        "Run duration p95",
        "Steps p95",
        "Tokens p95",
        "Cost p95",
    ]


def test_failures_are_told_apart_by_their_kind_and_from_what_went_well():
    failed, well = PANELS["Runs by outcome"].queries
    assert 'error_type!=""' in failed.expr
    assert 'error_type=""' in well.expr


def test_failed_runs_of_the_agent_are_listed_and_one_click_away():
    panel = PANELS["Recent failed runs"]
    assert panel.traces.tags == 'gen_ai.agent.name="${agent}" error=true'
    assert panel.overrides[0]["properties"][0]["value"][0]["url"].startswith("/d/spanwise-traces?")
