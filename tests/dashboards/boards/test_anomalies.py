from spanwise_dashboards.boards.anomalies import BOARD
from spanwise_schema.metrics import LABEL

PANELS = {panel.title: panel for row in BOARD.rows for panel in row.panels}


def test_a_value_is_drawn_in_the_band_that_was_expected():
    panel = PANELS["Value in its expected band"]
    assert [query.legend for query in panel.queries] == ["least", "most", "expected", "observed"]
    upper = next(each for each in panel.overrides if each["matcher"]["options"] == "most")
    assert {"id": "custom.fillBelowTo", "value": "least"} in upper["properties"]


def test_one_series_is_drawn_the_same_one_in_every_line():
    ranks = {query.expr.partition(" and ")[2] for query in PANELS["Value in its expected band"].queries}
    assert len(ranks) == 1
    assert ranks.pop().startswith("topk(1, max_over_time(spanwise_alerts_anomaly_score{")


def test_every_dimension_can_be_chosen():
    chosen = {variable.label for variable in BOARD.variables}
    assert chosen == {"rule", *LABEL.values()} - {LABEL["operation"], LABEL["error_type"]}
