from __future__ import annotations

from spanwise_alerts.rules.unanswered import Unanswered
from tests.alerts.answers import Judged, an_answer


def test_it_fires_once_the_source_was_silent_for_long_enough():
    judged = Judged(Unanswered.model_validate({"name": "r", "kind": "unanswered"}))
    assert judged.at(0) == {}
    assert judged.at(1, an_answer({"": 0.0})) == {"": None}
    assert judged.at(61, an_answer({"": 60.0})) == {"": "critical"}
    assert judged.held[()].value == 60.0
    assert judged.at(62) == {}
