from spanwise_dashboards.boards.cost import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_money_that_nobody_knows_is_shown_beside_the_money_that_is_known():
    first = [panel.title for panel in BOARD.rows[0].panels]
    assert {"Cost", "Unpriced calls", "Unpriced tokens"} <= set(first)


def test_the_dearest_pair_is_first_and_its_agent_one_click_away():
    table = PANELS["Agents and models"]
    assert table.options["sortBy"] == [{"desc": True, "displayName": "Cost"}]
    assert "/d/spanwise-agent?" in str(table.overrides[0])
