from __future__ import annotations

import json

from spanwise_alerts.alert import GroupView, Standing
from spanwise_alerts.view.wire import Json, alert_of, group_of, refused, rfc3339
from tests.alerts.builders import a_notice


def test_a_refusal_is_a_bare_json_string():
    answer = refused('no "such" thing', 404)
    assert (answer.status_code, json.loads(answer.body)) == (404, 'no "such" thing')
    assert answer.headers["Content-Type"] == "application/json"
    assert Json(None).body == b"null"


def test_moments_have_milliseconds_and_are_in_utc():
    assert rfc3339(1_700_000_000.5) == "2023-11-14T22:13:20.500Z"


def test_an_alert_without_a_link_has_none():
    standing = Standing(a_notice(source="push", links={}, annotations={}), "active", expires_at_s=1100.0)
    shown = alert_of(standing, 1050.0)
    assert "generatorURL" not in shown
    assert shown["endsAt"] == "1970-01-01T00:18:20.000Z"
    assert shown["annotations"] == {}


def test_a_group_has_its_members_labels_and_receiver():
    group = GroupView("{}:{}", {"a": "b"}, "team", "", ())
    assert group_of(group, []) == {"alerts": [], "labels": {"a": "b"}, "receiver": {"name": "team"}}
