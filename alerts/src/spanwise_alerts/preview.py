"""A message as a rule would send it now: with the numbers that there are, or with samples that say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from spanwise_alerts.alert import Alert, Labels, Letter, Notice
from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.config import AlertsConfig
from spanwise_alerts.detect.evaluate import evaluate, questions
from spanwise_alerts.detect.reading import Reading
from spanwise_alerts.errors import AskError
from spanwise_alerts.evidence import Contributor, Course, Evidence, Example, Shift, Turn
from spanwise_alerts.gather.subject import subject_of
from spanwise_alerts.group.identity import fingerprint, identity
from spanwise_alerts.notice import notice_of
from spanwise_alerts.notify.message import letters_of, message_of
from spanwise_alerts.outfit import Outfit
from spanwise_alerts.plan import Happening
from spanwise_alerts.question import Answer
from spanwise_alerts.record.trail import Wanted
from spanwise_alerts.rule import COLLECTOR, Rule

SAMPLE: Final = "Preview with sample numbers: nothing of it was measured"
_BEYOND: Final = 1.25
_STEP_S: Final = 60.0
_POINTS: Final = 61
_SEEN: Final = 42
_WORDS: Final = ("failing", "healthy")
_SAMPLES: Final = {
    "service": "support-bot", "agent": "researcher", "provider": "openai", "model": "gpt-4o", "tool": "search_web",
    "operation": "chat", "error_type": "timeout", "environment": "prod", "tenant": "acme",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """A letter that nobody gets.

    Attributes:
        reason: why its numbers are samples; empty where they are those of now.
    """

    letter: Letter
    reason: str = ""


async def preview(rule: Rule, channel: str, config: AlertsConfig, collector_url: str, now_s: float) -> Preview:
    """Write the message that a rule would send, if what it sees were beyond its gravest tier.

    Args:
        rule: of any kind.
        channel: the name of a channel, such as `preview/email/you@example.com`: mails get charts.
        config: says where links lead.
        collector_url: who is asked for numbers.
        now_s: Unix time.
    """
    collector = Collector(collector_url)

    async def never(_wanted: Wanted) -> Sequence[Happening]:
        return []

    own = config.model_copy(update={"rules": [rule], "default_rules": False})
    outfit = Outfit(collector_url, lambda: {COLLECTOR: collector}, never, lambda: own)
    try:
        told = await _seen(rule, collector, now_s)
        if isinstance(told, Notice):
            return Preview(await outfit.dress(_letter(told, channel, "")))
        sample = _sample(rule, now_s)
        found = {sample.fingerprint: _evidence(rule, sample, now_s)}
        letter = replace(_letter(sample, channel, SAMPLE), evidence=found)
        return Preview(await outfit.draw(letter), told)
    finally:
        await outfit.close()
        await collector.close()


async def _seen(rule: Rule, collector: Collector, now_s: float) -> Notice | str:
    """Tell of what the rule sees now, the furthest series where none is beyond; say why where it sees nothing."""
    asked = questions(rule, now_s)
    if rule.source != COLLECTOR or not asked:
        return f"the rule asks {rule.source}" if asked else f"a rule of kind {rule.kind} asks for no numbers"
    try:
        found = await collector.ask(asked, now_s)
    except AskError as error:
        return str(error)
    answers = [answer for answer in found if isinstance(answer, Answer)]
    if len(answers) < len(found):
        return next(str(answer) for answer in found if isinstance(answer, AskError))
    series = _series(rule, answers, now_s)
    if series is None:
        return "nothing was observed in the window"
    value, count = answers[0].of(series)
    alert = _alert(rule, series, value, count, now_s)
    (moved,) = [each for each in evaluate(rule, answers, {series: alert}, now_s) if each.alert.series == series]
    if moved.reading is not None:
        alert = replace(alert, value=moved.reading.value, count=moved.reading.count)
    return _notice(rule, alert, moved.reading, collector.link(asked[0]))


def _series(rule: Rule, answers: Sequence[Answer], now_s: float) -> Labels | None:
    breached = [moved.alert.series for moved in evaluate(rule, answers, {}, now_s)]
    if breached:
        return breached[0]
    first = answers[0]
    seen = [
        (value, labels) for labels, value in zip(first.table.labels, first.values, strict=True) if value is not None
    ]
    return max(seen)[1] if seen else None


def _sample(rule: Rule, now_s: float) -> Notice:
    tier = rule.tier_names()[-1]
    threshold = rule.threshold_of(tier)
    below = getattr(getattr(rule, "tiers", {}).get(tier), "below", None) is not None
    value = None if threshold is None else threshold * (1 / _BEYOND if below else _BEYOND) or 1.0
    series = tuple(sorted((name, _SAMPLES.get(name, "sample")) for name in rule.by))
    # what only an evaluation knows is shown by its name
    reading = Reading(series, {}, value, _SEEN, {word: f"({word})" for word in rule.words})
    return _notice(rule, _alert(rule, series, value, _SEEN, now_s), reading, "")


def _alert(rule: Rule, series: Labels, value: float | None, count: int, now_s: float) -> Alert:
    tier = rule.tier_names()[-1]
    return Alert(
        rule.name, series, {}, tier, starts_at_s=now_s, step=1, value=value, count=count, updated_at_s=now_s
    )  # fmt: skip


def _notice(rule: Rule, alert: Alert, reading: Reading | None, link: str) -> Notice:
    labels = identity(rule, alert.series)
    return notice_of(rule, alert, reading, None, labels, fingerprint(labels), link)


def _letter(notice: Notice, channel: str, headline: str) -> Letter:
    receiver = channel.partition("/")[0]
    message = message_of("preview", receiver, "first", [notice], {}, headline)
    (letter,) = letters_of(message, "preview", 1, {channel: True})
    return letter


def _evidence(rule: Rule, notice: Notice, now_s: float) -> Evidence:
    subject = subject_of(rule, notice, questions(rule, now_s))
    parts = [name for name in (subject.parts if subject else ()) if name in {"agent", "model", "tool", "error_type"}]
    shares = zip(parts, (0.71, 0.62, 0.55), strict=False)
    value = notice.value or 1.0
    course = Course(
        " ".join(rule.measured).strip() or rule.name, rule.shown_unit,
        [now_s - (_POINTS - n) * _STEP_S for n in range(_POINTS)],
        [value * (0.4 + 0.05 * math.sin(n) + 0.6 * max(n - 50, 0) / 10) for n in range(_POINTS)], notice.threshold,
    )  # fmt: skip
    return Evidence(
        history=(Turn(now_s, notice.tier),),
        contributors=tuple(Contributor(name, _SAMPLES[name], "sample", share) for name, share in shares),
        examples=tuple(Example("0" * 32, "", f"sample of a {word} trace", word == "failing") for word in _WORDS),
        shifts=(Shift("model version", "gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),),
        course=course,
    )
