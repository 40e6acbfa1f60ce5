from spanwise_dashboards.boards.tools import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_who_uses_which_tool_is_in_one_table_the_worst_first():
    table = PANELS["Tools and agents"]
    assert table.options["sortBy"] == [{"desc": True, "displayName": "Error ratio"}]
    assert "var-tool=${__value.raw}" in str(table.overrides[0])


def test_loops_are_seen_at_a_glance():
    assert "Repeated calls p95" in [panel.title for panel in BOARD.rows[0].panels]
