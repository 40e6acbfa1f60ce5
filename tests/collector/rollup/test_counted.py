from spanwise_collector.rollup import counted as module
from spanwise_collector.rollup.counted import retried, unpriced
from spanwise_schema.metrics import OTHER
from tests.support.rows import batch, row


def test_only_unpriced_calls_count(monkeypatch):
    monkeypatch.setattr(module, "_LIMIT", 1)
    counted = unpriced()
    counted.add(batch(row(1, cost_source="computed", input_tokens=9), row(2)))
    assert counted.of == {}
    counted.add(batch(row(1, model="a", cost_source="unpriced", input_tokens=9)))
    counted.add(batch(row(1, model="b", cost_source="unpriced"), row(2, model="c", cost_source="unpriced")))
    assert counted.of == {("shop", "", "a", "", ""): [1, 9], (OTHER,) * 5: [2, 0]}


def test_calls_made_again_count_with_what_they_cost_where_that_is_known():
    counted, call = retried(), {"agent": "a", "provider": "p", "model": "m"}
    counted.add(batch(row(1, **call, cost_pico_usd=7), row(2, **call, resends=0, cost_pico_usd=7)))
    assert counted.of == {}
    counted.add(batch(row(1, **call, resends=1, cost_pico_usd=5), row(2, **call, resends=2), row(3, **call)))
    counted.add(batch(row(4, **call, resends=1, cost_pico_usd=6)))
    assert counted.of == {("shop", "a", "p", "m", "", ""): [3, 11]}
