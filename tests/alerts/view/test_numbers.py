from __future__ import annotations

from spanwise_alerts.alert import Held, Outcome
from spanwise_alerts.events import AlertChanged, DeliveryAttempted
from spanwise_alerts.memory import Memory
from spanwise_alerts.view.numbers import Numbers
from tests.alerts.builders import a_letter, a_notice, a_rule, an_alert


def test_every_number_is_exposed():
    memory = Memory([a_rule(), a_rule(name="other")])
    memory.keep("llm-latency", (("model", "gpt-4o"),), Held("aa", an_alert(), a_notice()))
    memory.failed("other", 1.0, "no")
    numbers = Numbers(memory)
    numbers.count(AlertChanged(1.0, "fired", a_notice()))
    numbers.count(DeliveryAttempted(1.0, a_letter(), Outcome("retry"), 1))
    text = numbers.text({("team/webhook", "pending"): 2, ("team/webhook", "delivered"): 9}).decode()
    assert [line for line in text.splitlines() if not line.startswith("#") and "_created" not in line] == [
        'spanwise_alerts_firing{tier="info"} 0.0',
        'spanwise_alerts_firing{tier="warning"} 1.0',
        'spanwise_alerts_firing{tier="critical"} 0.0',
        "spanwise_alerts_rules 2.0",
        "spanwise_alerts_rules_failing 1.0",
        'spanwise_alerts_letters_undelivered{channel="team/webhook",status="pending"} 2.0',
        'spanwise_alerts_changes_total{kind="fired"} 1.0',
        'spanwise_alerts_delivery_attempts_total{channel="team/webhook",outcome="retry"} 1.0',
    ]
