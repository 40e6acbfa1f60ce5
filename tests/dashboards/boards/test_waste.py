from spanwise_dashboards.boards.waste import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_failures_retries_duplicates_and_missed_cache_have_a_number_each():
    assert [panel.title for panel in BOARD.rows[0].panels] == [
        "Cost of failed runs",
        "Share of cost in failed runs",
        "Cost of failed calls",
        "Cost of retries",
        "Input not from cache",
        "Duplicates left out",
    ]


def test_without_failures_their_share_is_nought_and_not_missing():
    assert " or 0 * sum" in PANELS["Share of cost in failed runs"].queries[0].expr
