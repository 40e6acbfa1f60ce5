from spanwise_dashboards.boards.collector import BOARD


def test_what_goes_wrong_is_shown_even_when_nothing_did():
    counts = {panel.title: panel.queries[0].expr for panel in BOARD.rows[0].panels}
    for title in ("Rejected spans", "Refused requests", "Evicted runs"):
        assert counts[title].endswith("or vector(0)")


def test_several_collectors_can_be_told_apart():
    assert [variable.label for variable in BOARD.variables] == ["job", "instance"]
    assert 'job=~"$job",instance=~"$instance"' in BOARD.rows[0].panels[0].queries[0].expr
