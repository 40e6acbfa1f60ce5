from __future__ import annotations

from spanwise_alerts.alert import Message
from spanwise_alerts.notify.alertmanager import body_of
from tests.alerts.builders import a_message, a_notice


def test_the_body_is_alertmanagers_version_4():
    firing = a_notice(annotations={"summary": "slow"}, generator_url="http://c/m")
    over = a_notice(status="resolved", ends_at_s=1010.0, source="push")
    message = Message(
        '{}:{alertname="llm-latency"}', "team", "firing", "first", (firing, over), {"alertname": "llm-latency"},
        {"alertname": "llm-latency", "model": "gpt-4o"}, {},
    )  # fmt: skip
    assert body_of(message) == {
        "receiver": "team", "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "llm-latency", "model": "gpt-4o", "severity": "warning"},
                "annotations": {"summary": "slow"}, "startsAt": "1970-01-01T00:16:40.500Z",
                "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://c/m", "fingerprint": "00000000000000aa",
            },
            {
                "status": "resolved", "labels": {"alertname": "llm-latency", "model": "gpt-4o"}, "annotations": {},
                "startsAt": "1970-01-01T00:16:40.500Z", "endsAt": "1970-01-01T00:16:50.000Z", "generatorURL": "",
                "fingerprint": "00000000000000aa",
            },
        ],
        "groupLabels": {"alertname": "llm-latency"},
        "commonLabels": {"alertname": "llm-latency", "model": "gpt-4o"}, "commonAnnotations": {}, "externalURL": "",
        "version": "4", "groupKey": '{}:{alertname="llm-latency"}', "truncatedAlerts": 0,
    }  # fmt: skip


def test_what_is_told_links_to_this_alert_manager_where_its_address_is_known():
    message = a_message(a_notice(), a_notice(generator_url="http://c/m"), a_notice(source="push"))
    body = body_of(message, "https://alerts.example.com/")
    assert body["externalURL"] == "https://alerts.example.com"
    assert [alert["generatorURL"] for alert in body["alerts"]] == [
        "https://alerts.example.com/api/v1/explain?fingerprint=00000000000000aa", "http://c/m", "",
    ]  # fmt: skip
