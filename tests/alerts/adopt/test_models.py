from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.adopt.models import AlertmanagerConfig, InhibitRule, Route, bare_address
from spanwise_alerts.faults import faults_of

GOOD: dict[str, Any] = {"route": {"receiver": "a"}, "receivers": [{"name": "a"}]}


def faults(**changes: Any) -> list[str]:
    try:
        AlertmanagerConfig.model_validate({**GOOD, **changes})
    except ValidationError as error:
        return [f"{fault.path}: {fault.message}" for fault in faults_of(error, AlertmanagerConfig, "")]
    return []


def receiver(**kinds: Any) -> dict[str, Any]:
    return {"receivers": [{"name": "a", **kinds}]}


HOOK = {"url": "http://127.0.0.1/"}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"templates": ["*.tmpl"]}, "templates: cannot be honoured here"),
        ({"tracing": {"endpoint": "x"}}, "tracing: cannot be honoured here"),
        (receiver(wechat_configs=[{}]), "receivers[0].wechat_configs: unknown key"),
        (receiver(webhook_configs=[{"url": "nope"}]), "receivers[0].webhook_configs[0].url: expected a link"),
        (receiver(webhook_configs=[{**HOOK, "max_alerts": 5}]), "receivers[0].webhook_configs[0].max_alerts: cannot"),
        (receiver(webhook_configs=[{"url_file": "x"}]), "receivers[0].webhook_configs[0].url_file: cannot"),
        (
            receiver(webhook_configs=[{**HOOK, "http_config": {"proxy_url": "http://p"}}]),
            "receivers[0].webhook_configs[0].http_config.proxy_url: cannot",
        ),
        (receiver(email_configs=[{"to": 5}]), "receivers[0].email_configs[0].to: got 5, expected addresses"),
        (receiver(email_configs=[{"to": "a@b", "html": "x"}]), "receivers[0].email_configs[0].html: cannot"),
        (receiver(email_configs=[{"to": "a@b", "smarthost": "h"}]), "receivers[0].email_configs[0].smarthost: got 'h'"),
        ({"global": {"smtp_hello": "x"}}, "global.smtp_hello: cannot be honoured here; expected 'localhost'"),
        ({"global": {"resolve_timeout": "5"}}, "global.resolve_timeout: got '5', expected a duration"),
        ({"route": {}}, "route.receiver: missing"),
        ({"route": {"receiver": "a", "matchers": ["x"]}}, "route.matchers[0]: bad matcher format: x"),
        ({"route": {"receiver": "a", "match_re": {"x": "("}}}, "route.match_re.x: got the pattern '('"),
        ({"route": {"receiver": "a", "routes": [{"grup_by": []}]}}, "route.routes[0].grup_by: unknown key"),
        ({"receivers": [{"name": "a"}, {"name": "a"}]}, "receivers[1].name: got 'a', expected a name that no other"),
        ({"inhibit_rules": [{"source_matchers": ["a=~("]}]}, "inhibit_rules[0].source_matchers[0]: bad matcher"),
    ],
)
def test_what_cannot_be_honoured_is_refused_by_its_path(changes: dict[str, Any], wanted: str):
    (found,) = [fault for fault in faults(**changes) if not fault.endswith("it has no default")]
    assert found.startswith(wanted)


def test_all_faults_are_said_at_once():
    hook = {"url": "nope", "max_alerts": 5}
    found = faults(templates=["x"], **receiver(webhook_configs=[hook], wechat_configs=[]))
    assert [fault.partition(":")[0] for fault in found] == [
        "templates", "receivers[0].webhook_configs[0].max_alerts", "receivers[0].webhook_configs[0].url",
        "receivers[0].wechat_configs",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"templates": []}, {"global": {"wechat_api_url": "x", "opsgenie_api_key": "y", "smtp_hello": "localhost"}},
        receiver(webhook_configs=[{**HOOK, "max_alerts": 0, "http_config": {"follow_redirects": False}}]),
        receiver(email_configs=[{"to": "a@b", "headers": {}, "tls_config": {}}]),
    ],
)  # fmt: skip
def test_what_says_nothing_here_or_what_we_do_anyway_is_taken(changes: dict[str, Any]):
    assert faults(**changes) == []


def test_old_matchers_are_the_newer_ones():
    route = Route.model_validate({"match": {"a": 'x"y'}, "match_re": {"b": "c|d"}, "matchers": ["e!=f"]})
    assert route.written() == ['a="x\\"y"', 'b=~"c|d"', "e!=f"]
    rule = InhibitRule.model_validate({"source_match": {"a": "1"}, "target_match_re": {"b": "2"}})
    assert (rule.source(), rule.target()) == (['a="1"'], ['b=~"2"'])


def test_names_of_people_are_left_out_of_addresses():
    assert bare_address("On Call <a@b.c>") == "a@b.c"
    assert bare_address("a@b.c") == "a@b.c"
    assert bare_address(None) is None
