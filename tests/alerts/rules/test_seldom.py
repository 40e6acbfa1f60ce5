from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from spanwise_alerts.rule import Duration, TierName
from spanwise_alerts.rules.seldom import Often, not_rarer, often, one_of


def test_how_often_is_read():
    assert often("2/day") == Often(2, 86400.0, "2/day")
    assert often(" 1 / week ").rate == 1 / 604800.0


@pytest.mark.parametrize("raw", ["", "0/week", "1/fortnight", "weekly", 3, None])
def test_what_says_no_frequency_is_refused_with_an_example(raw: object):
    with pytest.raises(ValueError, match="expected how often, such as 1/week"):
        often(raw)


def test_a_point_has_one_of_the_known_lengths():
    length = TypeAdapter(Annotated[Duration, one_of(("1m", "5m"))])
    assert length.validate_python("5m") == 300.0
    with pytest.raises(ValidationError, match="got 180s, expected one of 1m, 5m"):
        length.validate_python("3m")


def test_a_graver_tier_may_not_be_wrong_more_often():
    tiers: dict[TierName, str] = {"info": "1/day", "warning": "1/week", "critical": "1/day"}
    assert not_rarer(tiers, often) == [
        (("critical", "false_alarms"), "got '1/day', expected at most that of `warning`")
    ]
