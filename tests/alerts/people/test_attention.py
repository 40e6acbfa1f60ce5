from __future__ import annotations

import msgspec
import pytest

from spanwise_alerts.people.attention import Acknowledgement, Attention, Comment, Snooze, attention_from
from spanwise_alerts.people.climb import Climb

ACK = Acknowledgement("ada", 10.0, "on it", 500.0, (1, 0))
SNOOZE = Snooze("grace", 20.0, "", 400.0, (2, 1))
FULL = Attention(
    "aa", ACK, SNOOZE, "mary", (Comment("ada", 5.0, "c"),), {"pager": Climb(1.0, 2, 90.0, 3, {"team": 3})}, 4
)


@pytest.mark.parametrize(
    "attention", [FULL, Attention("aa"), Attention("aa", Acknowledgement("a", 1.0, "", None, (0, 0)))]
)
def test_what_is_written_is_read_back(attention: Attention):
    assert attention_from(msgspec.json.decode(msgspec.json.encode(attention.to_dict()))) == attention


def test_what_is_written_has_every_field():
    assert set(FULL.to_dict()) == set(Attention.__dataclass_fields__)


def test_only_what_says_something_is_not_blank():
    assert Attention("aa").blank
    assert not Attention("aa", assignee="ada").blank


@pytest.mark.parametrize(
    ("attention", "wanted"),
    [
        (Attention("aa"), None),
        (FULL, 400.0),
        (Attention("aa", acknowledged=ACK, climbs=FULL.climbs), 500.0),
        (Attention("aa", climbs=FULL.climbs), 90.0),
        (Attention("aa", climbs={"pager": Climb(1.0)}), None),
    ],
)
def test_the_next_moment_is_an_end_or_the_step_of_an_alert_that_nobody_looks_after(
    attention: Attention, wanted: float | None
):
    assert attention.next_s() == wanted
