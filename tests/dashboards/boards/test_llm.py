from spanwise_dashboards.boards.llm import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_models_can_be_compared_in_one_table_the_worst_first():
    table = PANELS["Providers and models"]
    assert [query.legend for query in table.queries] == ["Calls", "Error ratio", "p50", "p95", "p99", "Cost"]
    assert table.options["sortBy"] == [{"desc": True, "displayName": "Error ratio"}]


def test_latency_leads_to_traces():
    exemplary = [panel.title for panel in PANELS.values() if any(query.exemplars for query in panel.queries)]
    assert exemplary == ["Call p95 by model", "Call duration", "First chunk p95 by model"]
