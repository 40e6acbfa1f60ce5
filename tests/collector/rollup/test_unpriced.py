from spanwise_collector.rollup import unpriced as module
from spanwise_collector.rollup.unpriced import Unpriced
from spanwise_schema.metrics import OTHER
from tests.support.rows import batch, row


def test_only_unpriced_calls_count(monkeypatch):
    monkeypatch.setattr(module, "_LIMIT", 1)
    unpriced = Unpriced()
    unpriced.add(batch(row(1, cost_source="computed", input_tokens=9), row(2)))
    assert unpriced.of == {}
    unpriced.add(batch(row(1, model="a", cost_source="unpriced", input_tokens=9)))
    unpriced.add(batch(row(1, model="b", cost_source="unpriced"), row(2, model="c", cost_source="unpriced")))
    assert unpriced.of == {("shop", "", "a", "", ""): [1, 9], (OTHER,) * 5: [2, 0]}
