from __future__ import annotations

import pytest

from spanwise_alerts.evidence import Shift
from spanwise_alerts.gather.deploys import deploys
from spanwise_alerts.gather.subject import Subject
from spanwise_alerts.question import Question
from spanwise_alerts.trace import FoundVersion
from spanwise_schema.measures import MEASURES

NOON_S = 1_773_230_400.0


def subject(**where: str) -> Subject:
    asked = Question("llm.duration", "p95", (), tuple(where.items()), 300.0)
    return Subject(asked, MEASURES["llm.duration"], None, (), NOON_S, 300.0)


def version(name: str, first_s: float | None, service: str = "shop", environment: str = "prod") -> FoundVersion:
    return FoundVersion(service, name, environment, first_s, NOON_S)


OLD, NEW = version("1.0", None), version("1.1", NOON_S - 400.0)


def test_a_version_that_came_when_the_trouble_began_is_told_with_the_one_before():
    assert deploys(subject(service="shop"), [NEW, OLD]) == [
        (7.0, Shift("version of shop", "1.0", "1.1 since 11:53 UTC"))
    ]


@pytest.mark.parametrize(
    "versions",
    [
        [OLD],
        [version("1.1", NOON_S - 4000.0)],
        [version("1.1", NOON_S + 1.0)],
        [version("1.1", NOON_S - 400.0, service="desk")],
    ],
    ids=["it may have been there before", "long ago", "later", "of another service"],
)
def test_what_has_nothing_to_do_with_it_is_not_told(versions: list[FoundVersion]):
    assert deploys(subject(service="shop"), versions) == []


def test_of_an_alert_about_no_service_each_deploy_is_told_and_a_service_that_is_new_has_none_before():
    found = deploys(subject(model="gpt"), [NEW, OLD, version("2.0", NOON_S - 60.0, service="desk")])
    assert [(shift.what, shift.before) for _, shift in found] == [
        ("version of desk", "none in the hour before"), ("version of shop", "1.0"),
    ]  # fmt: skip


def test_another_environment_is_another_place():
    tested = version("1.1", NOON_S - 400.0, environment="test")
    assert deploys(subject(environment="prod"), [tested]) == []
