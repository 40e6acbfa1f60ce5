from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from spanwise_alerts.alert import Outcome
from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Notified
from spanwise_schema.alert_metrics import ALERT_METRICS
from tests.alerts.builders import a_letter, a_message, a_notice, a_rule
from tests.support.desk import desk


async def test_every_number_of_the_catalogue_is_exposed_with_its_labels(tmp_path: Path):
    async with desk(tmp_path, rules=[a_rule(), a_rule(name="other")]) as made:
        made.memory.failed("other", 1.0, "no")
        made.numbers.count(AlertChanged(1.0, "fired", a_notice()))
        made.numbers.count(Notified(1.0, a_message()))
        made.numbers.count(DeliveryAttempted(1.0, a_letter(), Outcome("retry"), 1))
        await made.post({"labels": {"alertname": "x"}}, {"labels": {}})
        text = made.numbers.text({("team/webhook", "pending"): 2, ("team/webhook", "delivered"): 9}).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    # what a counter was created at is a family of its own in this format
    assert {name for name in families if not name.endswith("_created")} == {metric.name for metric in ALERT_METRICS}
    for metric in ALERT_METRICS:
        family = families[metric.name]
        assert (family.type, family.documentation) == (metric.type, metric.help)
        assert {tuple(sorted(sample.labels)) for sample in family.samples} == {tuple(sorted(metric.labels))}
    lines = [line for line in text.splitlines() if not line.startswith("#") and "_created" not in line]
    assert lines == [
        'spanwise_alerts_firing{tier="info"} 0.0', 'spanwise_alerts_firing{tier="warning"} 1.0',
        'spanwise_alerts_firing{tier="critical"} 0.0', 'spanwise_alerts_standing{state="active"} 1.0',
        'spanwise_alerts_standing{state="suppressed"} 0.0', 'spanwise_alerts_standing{state="unprocessed"} 0.0',
        "spanwise_alerts_groups 0.0", 'spanwise_alerts_silences{state="active"} 0.0',
        'spanwise_alerts_silences{state="pending"} 0.0', 'spanwise_alerts_silences{state="expired"} 0.0',
        "spanwise_alerts_rules 2.0", "spanwise_alerts_rules_failing 1.0",
        'spanwise_alerts_letters_undelivered{channel="team/webhook",status="pending"} 2.0',
        'spanwise_alerts_changes_total{kind="fired"} 1.0',
        'spanwise_alerts_messages_total{reason="first",receiver="team"} 1.0',
        'spanwise_alerts_delivery_attempts_total{channel="team/webhook",outcome="retry"} 1.0',
        "spanwise_alerts_received_total 1.0", "spanwise_alerts_received_invalid_total 1.0",
    ]  # fmt: skip
