from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.askable import untold
from spanwise_alerts.rules.kinds import rule_of


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ({"measure": "llm.duration", "stat": "p95", "min_count": 20, "tiers": {"warning": {"above": "8s"}}}, []),
        ({"measure": "llm.duration", "stat": "p95", "tiers": {"warning": {"above": "1h"}}}, [".tiers.warning.above"]),
        ({"measure": "llm.duration", "stat": "max", "tiers": {"warning": {"above": "8s"}}}, [""]),
        ({"measure": "llm.cost", "stat": "sum", "min_count": 2, "tiers": {"warning": {"above": "$1"}}}, [".min_count"]),
        ({"measure": "llm.cost", "stat": "sum", "tiers": {"warning": {"below": "$1"}}}, []),
        ({"kind": "promql", "promql": "up == 0", "tiers": {"warning": {"above": 1}}}, []),
        ({"kind": "budget", "measure": "llm.cost", "limit": "$1"}, []),
        ({"kind": "budget", "measure": "llm.cost", "limit": "$1", "by": ["user"]}, [""]),
    ],
)
def test_what_a_prometheus_can_never_tell_is_known_before_it_is_asked(rule: dict[str, Any], keys: list[str]):
    made = rule_of({"name": "r", "source": "prometheus", **rule})
    assert [key for key, _ in untold(made)] == keys
