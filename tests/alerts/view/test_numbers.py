from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from prometheus_client.parser import text_string_to_metric_families

from spanwise_alerts.alert import Outcome, Standing
from spanwise_alerts.detect.anomaly.band import Band
from spanwise_alerts.events import AlertChanged, DeliveryAttempted, Notified
from spanwise_alerts.rules.budget import Budget
from spanwise_alerts.rules.burn_rate import BurnRate
from spanwise_alerts.view.numbers import Numbers
from spanwise_schema.alert_metrics import ALERT_METRICS, FLAPPING
from tests.alerts.answers import an_answer
from tests.alerts.builders import a_letter, a_message, a_notice, a_rule
from tests.support.desk import desk

TIERS = {"critical": [{"long": "1h", "short": "5m", "rate": 14.4}]}


async def test_every_number_of_the_catalogue_is_exposed_with_its_labels(tmp_path: Path):
    async with desk(tmp_path, rules=[a_rule(), a_rule(name="other")]) as made:
        made.memory.failed("other", 1.0, "no")
        made.numbers.count(AlertChanged(1.0, "fired", a_notice()))
        made.numbers.count(Notified(1.0, a_message()))
        made.numbers.count(DeliveryAttempted(1.0, a_letter(), Outcome("retry"), 1))
        made.numbers.count(DeliveryAttempted(1003.0, a_letter(starts_at_s=1000.5), Outcome("delivered"), 2))
        slo = {"name": "slo", "kind": "burn_rate", "measure": "llm.errors", "by": ["model"], "objective": "99%"}
        made.memory.look(
            BurnRate.model_validate({**slo, "tiers": TIERS}), [an_answer({"gpt-4o": 0.02}), an_answer({"gpt-4o": 0.04})]
        )
        budget = {"name": "spend", "kind": "budget", "measure": "llm.cost", "by": ["model"], "limit": "$100"}
        made.memory.look(Budget.model_validate(budget), [an_answer({"gpt-4o": 50.0}), an_answer({"gpt-4o": 5.0})])
        made.memory.bands = lambda: {"odd": [Band((("model", "gpt-4o"),), 60.0, 9.0, 2.0, 1.0, 3.0, 7.0)]}
        await made.post({"labels": {"alertname": "x"}}, {"labels": {}})
        text = made.numbers.text({("team/webhook", "pending"): 2, ("team/webhook", "delivered"): 9}).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    # what a counter was created at is a family of its own in this format
    assert {name for name in families if not name.endswith("_created")} == {metric.name for metric in ALERT_METRICS}
    for metric in ALERT_METRICS:
        family = families[metric.name]
        assert (family.type, family.documentation) == (metric.type, metric.help)
        labels = {tuple(sorted(sample.labels.keys() - {"le"})) for sample in family.samples}
        assert labels == ({tuple(sorted(metric.labels))} if metric is not FLAPPING else set())
    elsewhere = ("burn", "budget", "notification_latency", "observed", "expected", "anomaly")
    skipped = ("#", *(f"spanwise_alerts_{name}" for name in elsewhere))
    lines = [line for line in text.splitlines() if not line.startswith(skipped) and "_created" not in line]
    assert lines == [
        'spanwise_alerts_firing{tier="info"} 0.0', 'spanwise_alerts_firing{tier="warning"} 1.0',
        'spanwise_alerts_firing{tier="critical"} 0.0', 'spanwise_alerts_rule_firing{rule="x",tier="warning"} 1.0',
        'spanwise_alerts_standing{state="active"} 1.0',
        'spanwise_alerts_standing{state="suppressed"} 0.0', 'spanwise_alerts_standing{state="unprocessed"} 0.0',
        "spanwise_alerts_groups 0.0", 'spanwise_alerts_silences{state="active"} 0.0',
        'spanwise_alerts_silences{state="pending"} 0.0', 'spanwise_alerts_silences{state="expired"} 0.0',
        "spanwise_alerts_rules 2.0", "spanwise_alerts_rules_failing 1.0",
        'spanwise_alerts_objective_ratio{rule="slo"} 0.99',
        'spanwise_alerts_letters_undelivered{channel="team/webhook",status="pending"} 2.0',
        'spanwise_alerts_changes_total{kind="fired",rule="llm-latency"} 1.0',
        'spanwise_alerts_messages_total{reason="first",receiver="team"} 1.0',
        'spanwise_alerts_delivery_attempts_total{channel="team/webhook",outcome="retry"} 1.0',
        'spanwise_alerts_delivery_attempts_total{channel="team/webhook",outcome="delivered"} 1.0',
        "spanwise_alerts_received_total 1.0", "spanwise_alerts_received_invalid_total 1.0",
    ]  # fmt: skip


def latencies(text: str) -> dict[str, str]:
    name = "spanwise_alerts_notification_latency_seconds"
    found = [line.removeprefix(name).split(" ") for line in text.splitlines() if line.startswith(name)]
    return {sample: value for sample, value in found if not sample.startswith("_created")}


async def test_latency_runs_from_firing_to_the_arrival_of_the_first_word(tmp_path: Path):
    async with desk(tmp_path) as made:
        for at_s, kind, changes in (
            (1007.0, "delivered", {"starts_at_s": 1000.0}), (1001.0, "retry", {"starts_at_s": 1000.0}),
            (9000.0, "delivered", {"starts_at_s": 1000.0, "status": "resolved"}),
        ):  # fmt: skip
            made.numbers.count(DeliveryAttempted(at_s, a_letter(**changes), Outcome(kind), 1))
        repeat = replace(a_letter(), message=a_message(reason="repeat"))
        made.numbers.count(DeliveryAttempted(9000.0, repeat, Outcome("delivered"), 1))
        found = latencies(made.numbers.text({}).decode())
    assert found['_sum{channel="team/webhook"}'] == "7.0"
    assert found['_bucket{channel="team/webhook",le="5.0"}'] == "0.0"
    assert found['_bucket{channel="team/webhook",le="10.0"}'] == "1.0"


async def test_an_alert_that_flaps_is_counted_under_its_rule(tmp_path: Path):
    async with desk(tmp_path) as made:
        standing = Standing(a_notice(), "suppressed", muted_by=("flapping",))
        numbers = Numbers(SimpleNamespace(alerts=lambda: [standing], groups=list, silences=list), lambda: made.memory,
                          made.clock)  # fmt: skip
        assert 'spanwise_alerts_flapping{rule="llm-latency"} 1.0' in numbers.text({}).decode()


async def test_names_that_others_choose_are_bounded(tmp_path: Path):
    async with desk(tmp_path) as made:
        for number in range(600):
            made.numbers.count(AlertChanged(1.0, "fired", a_notice(rule=f"pushed-{number}")))
        changes = [line for line in made.numbers.text({}).decode().splitlines() if "changes_total{" in line]
    assert len(changes) == 501
    assert 'spanwise_alerts_changes_total{kind="fired",rule="__other__"} 100.0' in changes
