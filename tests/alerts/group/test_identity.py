from __future__ import annotations

import pytest

from spanwise_alerts.group.identity import fingerprint, group_key, identity
from tests.alerts.builders import a_rule


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [({}, 14695981039346656037), ({"name": "garland, briggs", "fear": "love is not enough"}, 5799056148416392346)],
)
def test_fingerprints_are_those_of_prometheus_own_test(labels: dict[str, str], wanted: int):
    """The cases of TestMetricToFingerprint in prometheus/common, model/signature_test.go."""
    assert fingerprint(labels) == f"{wanted:016x}"


def test_the_order_of_labels_does_not_matter_but_their_borders_do():
    assert fingerprint({"a": "1", "b": "2"}) == fingerprint({"b": "2", "a": "1"})
    assert fingerprint({"a": "bc"}) != fingerprint({"ab": "c"})


def test_identity_is_the_rule_its_labels_and_its_series():
    rule = a_rule(name="r", labels={"team": "ai"})
    assert identity(rule, (("model", "m"),)) == {"alertname": "r", "model": "m", "team": "ai"}


def test_group_keys_are_alertmanagers_and_escape_what_would_end_a_value():
    assert group_key("{}", {}) == "{}:{}"
    route = '{}/{severity="critical"}'
    assert group_key(route, {"b": 'x"\n\\', "a": "1"}) == route + ':{a="1", b="x\\"\\n\\\\"}'
