from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.notify.why import why
from spanwise_alerts.told import Entry
from tests.alerts.builders import a_notice


def entry(**changes: Any) -> Entry:
    return Entry("{}:{}", "team", {}, "t", **changes)


A, B = a_notice(fingerprint="a"), a_notice(fingerprint="b")
OVER = a_notice(fingerprint="a", status="resolved", ends_at_s=5.0)


@pytest.mark.parametrize(
    ("told", "notices", "wanted"),
    [
        ({}, [], None),
        ({}, [OVER], None),
        ({}, [A], "first"),
        ({"firing": {"a": "warning"}}, [A], None),
        ({"firing": {"a": "warning"}}, [A, B], "new"),
        ({"firing": {"a": "warning"}}, [OVER], "resolved"),
        ({"firing": {"b": "warning"}}, [OVER, B], None),
        ({"firing": {"a": "info"}}, [A], "tier"),
        ({"firing": {"a": "warning"}}, [a_notice(fingerprint="a", mark=1)], "tier"),
        ({"firing": {"a": "warning+1"}}, [a_notice(fingerprint="a", mark=1)], None),
        ({"firing": {"a": "warning"}, "hushed": frozenset("a")}, [A], "unmuted"),
        ({"firing": {"a": "warning"}, "hushed": frozenset("a")}, [OVER], "resolved"),
        ({"firing": {"a": "info"}}, [A, B], "new"),
    ],
)
def test_what_is_told_is_what_the_receiver_does_not_know(told: dict[str, Any], notices: list[Any], wanted: str | None):
    assert why(entry(told_s=10.0, **told), notices, set(), 20.0, 100.0, {}, "unacknowledged") == wanted


def test_the_same_is_told_again_after_a_while_but_not_of_guests():
    known = entry(told_s=10.0, firing={"a": "warning"})
    assert why(known, [A], set(), 109.9, 100.0, {}, "unacknowledged") is None
    assert why(known, [A], set(), 110.0, 100.0, {}, "unacknowledged") == "repeat"
    assert why(known, [A], {"a"}, 110.0, 100.0, {}, "unacknowledged") is None
