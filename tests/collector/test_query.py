from spanwise_collector.query import Query
from spanwise_schema.measures import MEASURES


def test_a_query_knows_the_moments_that_it_looks_at():
    query = Query(MEASURES["llm.calls"], "count", (), {}, window_ns=60, start_ns=100, step_ns=10, points=5)
    assert (query.first_ns, query.last_ns) == (40, 140)
