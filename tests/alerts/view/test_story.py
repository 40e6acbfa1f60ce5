from __future__ import annotations

from typing import Any

import pytest

from spanwise_alerts.alert import Held, Level, Standing
from spanwise_alerts.matchers import Matcher
from spanwise_alerts.memory import Health
from spanwise_alerts.plan import Happening
from spanwise_alerts.silence import Silence
from spanwise_alerts.view.story import Case, sentence, story
from tests.alerts.builders import a_notice, a_rule, an_alert

MARK = "00000000000000aa"


def told(case: Case, **more: Any) -> list[str]:
    return story(case, more.get("silences", {}), more.get("others", {}), 1100.0)["now"]


def a_case(**changes: Any) -> Case:
    fields: dict[str, Any] = {
        "fingerprint": MARK, "labels": {"alertname": "llm-latency"}, "standing": None, "held": None, "rule": a_rule(),
        "health": Health(1099.0), "happened": (),
    }  # fmt: skip
    return Case(**{**fields, **changes})


def test_what_fires_says_since_when_by_how_much_and_to_whom():
    standing = Standing(a_notice(), "active", receivers=("team", "other"))
    assert told(a_case(standing=standing)) == [
        "It fires as warning since 1970-01-01T00:16:40.500Z: 9.5 s, threshold 8 s.", "It is routed to team, other.",
        "Its rule llm-latency was evaluated at 1970-01-01T00:18:19.000Z.",
    ]  # fmt: skip


def test_what_is_held_back_says_by_what():
    silence = Silence("s1", (Matcher("a", "b"),), 0.0, 2000.0, "me", "known", {}, 0.0)
    standing = Standing(a_notice(), "suppressed", ("s1",), ("ff",), ("nights",))
    found = told(
        a_case(standing=standing), silences={"s1": silence}, others={"ff": a_notice(labels={"alertname": "down"})}
    )
    assert found[1:5] == [
        "It is routed to nobody: there is no receiver.",
        "It is not told: silence s1 by me until 1970-01-01T00:33:20.000Z: known",
        "It is not told: inhibited by down (ff), which fires.", "It is not told: muted by nights.",
    ]  # fmt: skip


def test_what_was_pushed_says_when_it_is_over_and_needs_no_rule():
    notice = a_notice(source="push", threshold_text="")
    found = told(a_case(standing=Standing(notice, "unprocessed", receivers=("t",), expires_at_s=1200.0), rule=None))
    assert found == [
        "It fires as warning since 1970-01-01T00:16:40.500Z.",
        "It was pushed; unless it is pushed again it is over at 1970-01-01T00:20:00.000Z.", "It is routed to t.",
        "Its group was not looked at yet: group_wait is not over.",
    ]  # fmt: skip


def test_what_is_pending_says_for_how_long_and_what_it_waits_for():
    rule = a_rule(tiers={"warning": {"above": "8s", "for": "2m"}})
    alert = an_alert(tier=None, levels={"warning": Level(since_s=1040.0)})
    case = a_case(held=Held(MARK, alert, None), rule=rule)
    assert case.state == "pending"
    assert told(case)[0] == "Its tier warning is breached since 60 s (9.5 s); it fires once that lasts for 2m."


def test_what_holds_on_says_that_it_ended_by_its_value():
    alert = an_alert(levels={"warning": Level(active=True, since_s=1070.0)}, value=1.0)
    assert "Its tier warning ended 30 s ago by its value (1 s); keep_firing_for holds it." in told(
        a_case(held=Held(MARK, alert, a_notice()))
    )


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, "It does not fire and is not pending: its value is beyond no threshold, or there is none."),
        ({"rule": None}, "No rule that is loaded makes it."),
        ({"health": Health()}, "Its rule llm-latency was not evaluated yet."),
        (
            {"health": Health(1.0, "no answer", 5.0)},
            "Its rule llm-latency cannot be evaluated since 1970-01-01T00:00:05.000Z: no answer",
        ),
    ],
)
def test_what_does_not_fire_says_why(changes: dict[str, Any], wanted: str):
    assert wanted in told(a_case(**changes))


@pytest.mark.parametrize(
    ("what", "detail", "wanted"),
    [
        (
            "fired", {"tier": "warning", "value_text": "9 s", "threshold_text": "8 s"},
            "fired as warning (9 s, threshold 8 s)",
        ),
        ("resolved", {"tier": "warning", "value_text": "1 s"}, "resolved; it fired as warning (1 s)"),
        ("told", {"receiver": "team", "status": "firing", "reason": "first"}, "team is told: firing (first)"),
        (
            "told", {"receiver": "t", "status": "firing", "reason": "new", "together": True},
            "t is told: firing (new), together with others: too many messages",
        ),
        ("silenced", {"receiver": "team", "by": ["s1"]}, "team is not told: silenced by s1"),
        ("flapping", {"receiver": "team", "by": []}, "team is not told: it flaps"),
        ("delivered", {"channel": "t/webhook", "attempts": 2, "reason": ""}, "t/webhook: delivered at attempt 2"),
        ("dead", {"channel": "t/webhook", "attempts": 1, "reason": "404"}, "t/webhook: given up at attempt 1: 404"),
        ("silence", {}, "silence"),
        ("feedback", {"verdict": "noise", "author": "ann", "comment": "a deploy"}, "ann says it was noise: a deploy"),
        ("feedback", {"verdict": "useful"}, "somebody says it was useful"),
    ],
)  # fmt: skip
def test_each_row_of_the_trail_is_a_sentence(what: str, detail: dict[str, Any], wanted: str):
    assert sentence(Happening(1.0, what, MARK, detail)) == wanted


def test_the_story_has_the_history_in_order():
    happened = (Happening(1.0, "fired", MARK, {"tier": "info"}), Happening(2.0, "resolved", MARK, {"tier": "info"}))
    found = story(a_case(happened=happened), {}, {}, 5.0)
    assert [each["at"] for each in found["history"]] == ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:02.000Z"]
    assert found["state"] == "inactive"
