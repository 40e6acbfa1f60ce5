from __future__ import annotations

from spanwise_alerts.rules.dead_man import DeadMan
from tests.alerts.answers import Judged


def test_it_always_fires():
    judged = Judged(DeadMan.model_validate({"name": "r", "kind": "dead_man"}))
    assert [judged.at(now_s) for now_s in (0, 1, 1e6)] == [{"": "info"}] * 3
