from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from spanwise_alerts.adopt.reader import config_of, plain, section_of
from spanwise_alerts.alert import Posted
from spanwise_alerts.dispatch import Dispatcher
from spanwise_alerts.events import Event, Notified
from spanwise_alerts.faults import ConfigError
from spanwise_alerts.matchers import parse_all
from spanwise_alerts.receivers.webhook import basic
from spanwise_alerts.record.store import Store
from spanwise_alerts.silence import SilenceDraft
from tests.support.clock import Clock

FILE = """
global: {smtp_smarthost: "mail:587", smtp_from: "Al <am@x.org>", smtp_auth_username: u, smtp_auth_password: pw,
         resolve_timeout: 10m}
route:
  receiver: nobody
  group_by: [alertname]
  routes:
    - {match: {a: b}, match_re: {c: "^(d|e)$"}, matchers: ['f!="g"'], receiver: team, continue: true,
       repeat_interval: 1d, mute_time_intervals: [nights]}
receivers:
  - name: nobody
  - name: team
    webhook_configs: [{url: "http://h/x", timeout: 3s}]
    email_configs: [{to: "A <a@b.c>, d@e.f"}, {to: g@h.i}]
inhibit_rules: [{source_match: {a: b}, target_matchers: ['c="d"'], equal: [x]}]
time_intervals: [{name: nights, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}]
"""


def written(folder: Path, text: str = FILE) -> Path:
    path = folder / "alertmanager.yml"
    path.write_text(text)
    return path


def test_a_configuration_is_ours_with_alertmanagers_defaults_said(tmp_path: Path):
    assert plain(section_of(written(tmp_path), "am.yml"), shown=False) == {
        "resolve_timeout": "10m",
        "receivers": [
            {"name": "nobody", "nobody": True},
            {
                "name": "team",
                "webhook": {"allow_private": True, "url": "***", "format": "alertmanager", "timeout": "3s"},
                "email": [
                    {
                        "to": to, "from": "am@x.org", "host": "mail", "port": 587,
                        "tls": "starttls", "username": "u", "password": "***", "send_resolved": False,
                    }
                    for to in (["a@b.c", "d@e.f"], ["g@h.i"])
                ],
            },
        ],
        "route": {
            "receiver": "nobody", "group_by": ["alertname"], "group_wait": "30s", "group_interval": "5m",
            "repeat_interval": "4h", "critical_at_once": False,
            "routes": [{
                "receiver": "team", "matchers": ['a="b"', 'c=~"^(d|e)$"', 'f!="g"'], "continue": True,
                "repeat_interval": "1d", "mute_time_intervals": ["nights"],
            }],
        },
        "flap": {"changes": 0}, "storm": {"messages": 0}, "reminder": {"before": "0s"},
        "inhibit_rules": [{"source_matchers": ['a="b"'], "target_matchers": ['c="d"'], "equal": ["x"]}],
        "time_intervals": [
            {"name": "nights", "time_intervals": [{"times": [{"start_time": "22:00", "end_time": "24:00"}]}]}
        ],
    }  # fmt: skip


def test_what_is_read_is_a_good_configuration_also_once_it_was_written(tmp_path: Path):
    config = config_of(written(tmp_path), "am.yml")
    (child,) = config.route.routes
    assert child.matchers == [parse_all([text]) for text in ('a="b"', 'c=~"^(d|e)$"', 'f!="g"')]
    password = config.receivers[1].email[0].password()
    assert password is not None
    assert (password.text, repr(password)) == ("pw", "***")
    again = yaml.safe_load(yaml.safe_dump(plain(section_of(written(tmp_path), "am.yml"))))
    assert type(config).model_validate(again) == config


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("match: {a: b}, match_re", "mtch: {a: b}, match_re", "route.routes[0].mtch"),
        ("{to: g@h.i}", "{to: g@h.i, frm: x@y.z}", "receivers[1].email_configs[1].frm"),
    ],
)
def test_names_that_nobody_has_are_said_together_with_all_else(tmp_path: Path, old: str, new: str, wanted: str):
    text = FILE.replace(old, new).replace("receiver: team,", "receiver: tam,").replace("[nights]", "[days]")
    with pytest.raises(ConfigError) as raised:
        section_of(written(tmp_path, text), "am.yml")
    assert [fault.path for fault in raised.value.faults] == [
        wanted, "route.routes[0].receiver", "route.routes[0].mute_time_intervals[0]",
    ]  # fmt: skip


def test_how_receivers_are_called_is_taken_and_an_own_way_replaces_that_of_all(tmp_path: Path):
    common = "http_config: {authorization: {credentials: token-1}}"
    own = "http_config: {basic_auth: {username: u, password: token-2}}"
    text = FILE.replace("global: {", f"global: {{{common}, ").replace(
        "timeout: 3s}", f"timeout: 3s}}, {{url: 'http://h/y', {own}}}"
    )
    first, second = config_of(written(tmp_path, text), "am.yml").receivers[1].webhook
    assert first.sent() == {"Authorization": "Bearer token-1"}
    assert second.sent() == {"Authorization": basic("u", "token-2")}
    assert "token" not in str(plain(section_of(written(tmp_path, text), "am.yml"), shown=False))


async def test_nothing_is_told_otherwise_than_by_alertmanager(tmp_path: Path):
    text = FILE.replace("receiver: nobody\n  group_by: [alertname]", "receiver: team\n  group_by: ['...']")
    config = config_of(written(tmp_path, text.replace("resolve_timeout: 10m", "resolve_timeout: 2h")), "am.yml")
    ids, events, clock = itertools.count(), list[Event](), Clock()

    def told() -> list[str]:
        return [event.message.reason for event in events if isinstance(event, Notified)]

    async with Store(tmp_path / "db") as store:
        dispatcher = Dispatcher(config, store, events.append, lambda: f"id-{next(ids)}")
        await dispatcher.start(clock())
        draft = SilenceDraft(parse_all(["alertname=a1"]), clock(), clock() + 3600.0, "me", "why")
        await dispatcher.silence(draft, clock())
        posted = [Posted({"alertname": f"a{n}", "severity": "critical" if n else "warning"}) for n in range(100)]
        await dispatcher.push(posted, clock())
        await dispatcher.tick(clock.advance(29.0))
        assert told() == []  # a critical one waits, too
        await dispatcher.tick(clock.advance(2.0))
        assert told() == ["first"] * 99  # however many there are
        for _ in range(10):
            over = replace(posted[0], starts_at_s=clock() - 1.0, ends_at_s=clock() + 1.0)
            await dispatcher.push([over], clock.advance(1.0))
            await dispatcher.push(posted[:1], clock.advance(1.0))
        await dispatcher.tick(clock.advance(600.0))
        await dispatcher.tick(clock.advance(2400.0))
        assert told() == ["first"] * 99  # neither that one of them flapped, nor that a silence ends soon


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("receiver: team,", "receiver: tam,", "route.routes[0].receiver: got 'tam', expected one of nobody, team"),
        ("[nights]", "[days]", "route.routes[0].mute_time_intervals[0]: got 'days', expected one of nights"),
        ('"24:00"', '"25:00"', "time_intervals[0].time_intervals[0].times[0].end_time: got '25:00'"),
        ("[{url: ", "[{url: 'http://h/1'}, {url: 'h', sent: ", "receivers[1].webhook_configs[1].sent: unknown key"),
        ("{to: g@h.i}", "{to: '{{ .X }}'}", "receivers[1].email_configs[1].to: got '{{ .X }}'"),
        ('smtp_from: "Al <am@x.org>",', "", "receivers[1].email_configs[0].from: missing, and so is global.smtp_from"),
        ("smtp_auth_username: u,", "smtp_auth_username: u, smtp_require_tls: false,", "no password without TLS"),
        ("- name: team", '- name: "a team"', "receivers[1].name: got 'a team', expected up to 100 letters"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(tmp_path: Path, old: str, new: str, wanted: str):
    assert old in FILE
    with pytest.raises(ConfigError) as raised:
        config_of(written(tmp_path, FILE.replace(old, new)), "am.yml")
    assert any(wanted in str(fault) for fault in raised.value.faults), raised.value
    assert "pw" not in str(raised.value)


@pytest.mark.parametrize(
    ("said", "tls"),
    [('"mail:465"', "tls"), ('"mail:25", smtp_require_tls: false', "none"), ('"mail:25"', "starttls")],
)
def test_tls_is_what_the_port_and_require_tls_say(tmp_path: Path, said: str, tls: str):
    text = FILE.replace('"mail:587"', said).replace("smtp_auth_username: u, smtp_auth_password: pw,", "")
    email = config_of(written(tmp_path, text), "am.yml").receivers[1].email[0]
    assert (email.tls, email.username) == (tls, None)
