from __future__ import annotations

import pytest

from spanwise_alerts.mute.storm import Bucket
from spanwise_alerts.route import Storm


def bucket(messages: int) -> Bucket:
    return Bucket(Storm.model_validate({"messages": messages, "per": "60s"}), 0.0)


def test_tokens_come_back_with_time_and_no_more_than_there_may_be():
    found = bucket(3)
    assert [found.take(1.0) for _ in range(4)] == [True, True, True, False]
    assert found.next_s() == pytest.approx(21.0)
    assert not found.take(20.0)
    assert found.take(21.0)
    assert [found.take(1000.0) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_goes_back_takes_no_token():
    found = bucket(3)
    assert [found.take(at_s) for at_s in (100.0, 50.0, 50.0, 50.0)] == [True, True, True, False]


def test_without_a_limit_there_is_always_one():
    assert all(bucket(0).take(0.0) for _ in range(100))
