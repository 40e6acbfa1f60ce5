from __future__ import annotations

from dataclasses import replace

import pytest

from spanwise_alerts.people.attention import Acknowledgement, Attention, Snooze
from spanwise_alerts.people.climb import Climb
from spanwise_alerts.plan import Happening
from spanwise_alerts.view.attention import SENTENCES, attention_of, sentences
from spanwise_alerts.view.story import sentence

CLIMBING = Attention("aa", climbs={"pager": Climb(0.0, 2, 60.0, 2, {"team": 1, "lead": 2})})


def test_who_is_called_next_is_said_unless_somebody_looks_after_it():
    assert list(sentences(CLIMBING)) == [
        "Escalation pager: called are team, lead; the next step comes at 1970-01-01T00:01:00.000Z."
    ]
    acked = replace(CLIMBING, acknowledged=Acknowledgement("ada", 1.0, "", None, (1, 0)))
    assert list(sentences(acked)) == [
        "It is acknowledged by ada since 1970-01-01T00:00:01.000Z.",
        "Escalation pager: called are team, lead; nobody is called next.",
    ]
    assert attention_of(acked)["escalations"][0]["next_at"] is None


def test_what_nobody_did_is_null_or_empty():
    assert attention_of(Attention("aa")) == {
        "acknowledged": None, "snoozed": None, "assignee": "", "comments": [], "escalations": [],
    }  # fmt: skip


def test_a_snooze_says_until_when_and_why():
    snoozed = Attention("aa", snoozed=Snooze("ada", 1.0, "release", 60.0, (1, 0)))
    assert list(sentences(snoozed)) == ["It is snoozed by ada until 1970-01-01T00:01:00.000Z: release."]


@pytest.mark.parametrize(
    ("what", "detail", "wanted"),
    [
        (
            "acknowledge", {"author": "ada", "comment": "on it", "until_s": 60.0},
            "acknowledged by ada, until 1970-01-01T00:01:00.000Z: on it",
        ),
        ("unacknowledge", {"author": "ada", "comment": ""}, "the acknowledgement is taken back by ada"),
        ("assign", {"author": "ada", "assignee": ""}, "assigned to nobody by ada"),
        ("comment", {"author": "ada", "comment": "known"}, "said by ada: known"),
        ("snooze-ended", {"author": "ada", "reason": "it is worse"}, "the snooze by ada ends: it is worse"),
        (
            "escalated", {"escalation": "pager", "step": 2, "receivers": ["lead", "boss"]},
            "escalation pager, step 2: lead, boss are called",
        ),
    ],
)  # fmt: skip
def test_each_row_of_the_trail_has_its_sentence(what: str, detail: dict[str, object], wanted: str):
    assert what in SENTENCES
    assert sentence(Happening(0.0, what, "aa", detail)) == wanted
