from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from spanwise_alerts.receivers.receiver import Receiver

MAIL: dict[str, Any] = {"to": ["a@example.com", "b@example.com"], "from": "s@example.com", "host": "mail"}


def read(**said: Any) -> Receiver:
    return Receiver.model_validate({"name": "team", **said})


def test_each_way_and_each_address_has_a_name_of_its_own():
    hook = {"url": "https://hooks.example.com/"}
    team = read(webhook=[hook, {**hook, "send_resolved": False}], email=[MAIL, MAIL])
    assert team.channels == {
        "team/webhook": True, "team/webhook/2": False,
        "team/email/a@example.com": True, "team/email/b@example.com": True,
        "team/email/2/a@example.com": True, "team/email/2/b@example.com": True,
    }  # fmt: skip


def test_a_mapping_is_a_list_of_one():
    assert read(email=MAIL) == read(email=[MAIL])


@pytest.mark.parametrize("said", [{}, {"nobody": True, "email": MAIL}, {"webhook": []}])
def test_either_somebody_is_told_or_nobody_on_purpose(said: dict[str, Any]):
    with pytest.raises(ValidationError, match="expected a way to reach it"):
        read(**said)


def test_pagers_are_told_apart():
    team = read(
        slack={"url": "https://hooks.example.com/x"}, pagerduty=[{"routing_key": "a"}, {"routing_key": "b"}],
        opsgenie={"api_key": "c"},
    )  # fmt: skip
    assert list(team.channels) == ["team/slack", "team/pagerduty", "team/pagerduty/2", "team/opsgenie"]
    assert team.pagers == {"team/pagerduty", "team/pagerduty/2", "team/opsgenie"}
