from __future__ import annotations

from spanwise_alerts.detect.promql import questions
from spanwise_alerts.rules.promql import Promql
from tests.alerts.answers import Judged, an_answer


def test_each_series_of_the_expression_is_compared():
    rule = Promql.model_validate(
        {"name": "r", "kind": "promql", "source": "p", "promql": "up == 0", "tiers": {"warning": {"below": 1}}}
    )
    assert [question.promql for question in questions(rule, 0.0)] == ["up == 0"]
    judged = Judged(rule)
    assert judged.at(0, an_answer({"a": 0.0, "b": 1.0})) == {"a": "warning"}
    assert judged.at(1, an_answer({})) == {}
