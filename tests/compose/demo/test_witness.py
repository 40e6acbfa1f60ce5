"""What was seen of the alerts, and what is missing."""

from email.message import EmailMessage

from spanwise_stack.demo.rules import LATENCY, RATE_LIMITED
from spanwise_stack.demo.sinks import Sinks
from spanwise_stack.demo.witness import Witness
from spanwise_stack.terminal import Firing

RULES = (LATENCY, RATE_LIMITED)


def arrive(sinks, status, rule, tier="warning"):
    alert = {"status": status, "rule": rule, "tier": tier, "summary": "slow", "fingerprint": rule}
    sinks.hooks.append({"status": status, "alerts": [alert]})
    mail = EmailMessage()
    mail["Subject"] = f"[{status.upper()}:{tier}] {rule}" if status == "firing" else f"[RESOLVED] {rule}"
    sinks.mails.append(mail)


def witness():
    sinks = Sinks("127.0.0.1:1", "http://127.0.0.1:2/hook")
    return sinks, Witness(sinks)


def test_at_first_everything_is_missing():
    _, seen = witness()
    assert len(seen.missing()) == 4


def test_once_all_fired_and_resolved_by_both_ways_nothing_is_missing():
    sinks, seen = witness()
    for rule in RULES:
        arrive(sinks, "firing", rule)
        arrive(sinks, "firing", rule, "critical")
    assert len(list(seen.news(12.0))) == 8
    assert seen.firing == tuple(Firing(f"critical {rule}", "slow") for rule in RULES)
    for rule in RULES:
        arrive(sinks, "resolved", rule, "critical")
    assert len(list(seen.news(40.0))) == 4
    assert list(seen.news(41.0)) == []
    assert seen.firing == ()
    assert seen.missing() == []
    assert seen.fired_s == dict.fromkeys(RULES, 12.0)
    assert seen.resolved_s == dict.fromkeys(RULES, 40.0)


def test_a_mail_that_did_not_come_is_missing():
    sinks, seen = witness()
    for rule in RULES:
        arrive(sinks, "firing", rule)
        arrive(sinks, "resolved", rule)
    sinks.mails.pop()
    list(seen.news(1.0))
    assert seen.missing() == ["2 webhooks but 1 mails say resolved"]


def test_an_alert_that_still_fires_is_missing_its_end_unless_it_ended_once():
    sinks, seen = witness()
    for rule in RULES:
        arrive(sinks, "firing", rule)
        arrive(sinks, "resolved", rule)
    arrive(sinks, "firing", LATENCY)
    sinks.hooks[-1]["alerts"][0]["fingerprint"] = "another series"
    list(seen.news(1.0))
    assert seen.missing() == ["warning llm-latency still fires: slow"]
    sinks.hooks[-1]["alerts"][0]["fingerprint"] = LATENCY
    seen = Witness(sinks)
    list(seen.news(1.0))
    assert seen.missing() == []
    assert seen.firing == (Firing("warning llm-latency", "slow"),)
