from spanwise_dashboards.boards.traces import BOARD

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_a_search_follows_every_field_and_a_click_shows_the_trace_below():
    found = PANELS["Found traces"]
    assert found.traces.service == "${service}"
    asked = (found.traces.operation, found.traces.tags, found.traces.min_duration)
    assert asked == ("${operation}", "${tags}", "${shortest}")
    url = found.overrides[0]["properties"][0]["value"][0]["url"]
    assert "var-trace_id=${__value.raw}" in url
    assert "${tags:queryparam}" in url
    assert PANELS["Chosen trace"].traces.trace_id == "${trace_id}"


def test_one_service_is_searched_at_a_time():
    assert [variable.single for variable in BOARD.variables] == [True]
