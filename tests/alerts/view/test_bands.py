from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.view.bands import families


def text(bands):
    class Once(Collector):
        def collect(self):
            return families(bands)

    registry = CollectorRegistry()
    registry.register(Once())
    lines = generate_latest(registry).decode().splitlines()
    return {line.partition("{")[0]: line for line in lines if not line.startswith("#")}


def test_a_band_is_told_by_rule_and_series():
    found = text({"slow": [Band((("model", "gpt-4o"), ("provider", "openai")), 60.0, 9.0, 2.0, 1.0, 3.0, 7.0)]})
    assert {name: line.split(" ")[1] for name, line in found.items()} == {
        "spanwise_alerts_observed": "9.0", "spanwise_alerts_expected": "2.0", "spanwise_alerts_expected_lower": "1.0",
        "spanwise_alerts_expected_upper": "3.0", "spanwise_alerts_anomaly_score": "7.0",
    }  # fmt: skip
    for line in found.values():
        assert 'rule="slow"' in line
        assert 'gen_ai_request_model="gpt-4o"' in line
        assert 'gen_ai_provider_name="openai"' in line


def test_the_side_that_is_not_watched_is_not_there():
    found = text({"slow": [Band((), 60.0, 9.0, 2.0, None, 3.0, 7.0)]})
    assert "spanwise_alerts_expected_lower" not in found
    assert "spanwise_alerts_expected_upper" in found
