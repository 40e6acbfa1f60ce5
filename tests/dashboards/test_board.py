import pytest

from spanwise_dashboards.board import Board, Query


@pytest.mark.parametrize("uid", ["", "a b", "fleet/overview", "x" * 41])
def test_a_uid_that_grafana_does_not_take_is_refused_by_name(uid):
    with pytest.raises(ValueError, match=r"^uid '.*': expected 1 to 40 letters"):
        Board(uid=uid, title="B", question="?", variables=(), rows=(), deeper="/d/y")


@pytest.mark.parametrize(
    ("expr", "instant"), [("sum (rate(x_count[$__rate_interval]))", False), ("sum (rate(x_bucket[$__range]))", True)]
)
def test_exemplars_are_asked_of_buckets_along_the_range_only(expr, instant):
    with pytest.raises(ValueError, match="only buckets along the range have exemplars"):
        Query(expr, instant=instant, exemplars=True)
