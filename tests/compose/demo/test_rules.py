"""The demo's alerts section."""

from pathlib import Path

from spanwise_alerts.config import load
from spanwise_stack.demo.rules import LATENCY, RATE_LIMITED, alerts_section
from spanwise_stack.demo.sinks import Sinks


def test_it_is_a_valid_configuration_that_tells_both_sinks():
    config = load(alerts_section("127.0.0.1:0", Sinks("127.0.0.1:2525", "http://127.0.0.1:8080/hook")), "demo", Path())
    assert [rule.name for rule in config.rules] == [LATENCY, RATE_LIMITED]
    assert config.http == "127.0.0.1:0"
    (told,) = config.receivers
    assert told.webhook[0].url.text == "http://127.0.0.1:8080/hook"
    assert (told.email[0].host, told.email[0].smtp_port) == ("127.0.0.1", 2525)
