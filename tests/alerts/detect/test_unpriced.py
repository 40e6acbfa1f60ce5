from __future__ import annotations

from spanwise_alerts.rules.unpriced import Unpriced
from tests.alerts.answers import Judged, an_answer


def test_a_call_without_a_price_is_enough_unless_the_rule_wants_more():
    rule = Unpriced.model_validate({"name": "r", "kind": "unpriced", "by": ["model"]})
    judged = Judged(rule)
    assert judged.at(0, an_answer({"a": (1, 1), "b": (0, 0)})) == {"a": "warning"}
    assert judged.at(1, an_answer({})) == {}
    patient = Judged(rule.model_copy(update={"min_count": 5}))
    assert patient.at(0, an_answer({"a": (4, 4), "b": (5, 5)})) == {"b": "warning"}
