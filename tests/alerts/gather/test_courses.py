from __future__ import annotations

from collections.abc import Sequence

from spanwise_alerts.alert import Expected
from spanwise_alerts.gather.courses import of_question, of_subject, stretch
from spanwise_alerts.gather.subject import KEPT_S, subject_of
from spanwise_alerts.question import Question
from tests.alerts.gather.asked import AT_S, notice, rule, subject


class Told:
    """A source whose measure is 2 at each point."""

    def __init__(self, value: float | None = 2.0) -> None:
        self.asked: list[tuple[Question, float, float, float]] = []
        self._value = value

    async def course(
        self, question: Question, start_s: float, end_s: float, step_s: float
    ) -> Sequence[tuple[float, float | None]]:
        self.asked.append((question, start_s, end_s, step_s))
        return [(start_s + n * step_s, self._value) for n in range(int((end_s - start_s) // step_s) + 1)]


def test_an_hour_is_drawn_at_least_three_windows_and_the_whole_breach():
    assert stretch(subject(), notice()) == (AT_S - 3600.0, AT_S)
    assert stretch(subject(window="1h"), notice()) == (AT_S - 10_800.0, AT_S)
    assert stretch(subject(), notice(starts_at_s=AT_S - 7200.0)) == (AT_S - 10_800.0, AT_S)
    assert stretch(subject(), notice(starts_at_s=0.0)) == (AT_S - KEPT_S, AT_S)


async def test_a_measure_is_drawn_with_its_threshold_by_some_seventy_points():
    source = Told()
    course = await of_subject(source, subject(), notice())
    assert course is not None
    assert (course.title, course.unit, course.threshold, len(course.at_s)) == ("llm.duration p95", "s", 8.0, 73)
    ((asked, start_s, end_s, step_s),) = source.asked
    assert (asked.window_s, asked.by, start_s, end_s, step_s) == (300.0, (), AT_S - 3600.0, AT_S, 50.0)


async def test_what_was_expected_is_drawn_in_place_of_the_threshold():
    course = await of_subject(Told(), subject(), notice(expected=Expected(2.0, None, 3.0, 0.001)))
    assert course is not None
    assert (course.threshold, set(course.lower), set(course.upper)) == (None, {None}, {3.0})


async def test_what_a_budget_spent_adds_up_from_the_beginning_of_its_period():
    made = rule(kind="budget", measure="llm.cost", limit="$200", stat=None, tiers=None, window=None, by=["agent"])
    told = notice(labels={"alertname": "day", "agent": "a"})
    since_s = AT_S - AT_S % 86400
    asked = Question("llm.cost", "sum", ("agent",), since_s=since_s)
    of = subject_of(made, told, [asked])
    assert of is not None
    source = Told()
    course = await of_subject(source, of, told)
    assert course is not None
    ((question, start_s, _, step_s),) = source.asked
    assert (question.since_s, question.window_s, start_s) == (None, step_s, since_s + step_s)
    assert course.values[:3] == [2.0, 4.0, 6.0]
    assert course.threshold == 200.0


async def test_nothing_is_drawn_where_nothing_was_observed():
    assert await of_subject(Told(None), subject(), notice()) is None


async def test_another_source_is_asked_for_the_series_of_the_alert():
    source = Told()
    course = await of_question(source, rule(), notice(), Question("llm.duration", "p95", ("model",), (), 300.0))
    assert course is not None
    ((question, start_s, _, _),) = source.asked
    assert (question.by, question.where, start_s) == ((), (("model", "gpt-4o"),), AT_S - 3600.0)
    promql = rule(
        kind="promql", source="prometheus", promql="up", measure=None, stat=None, by=None, window=None,
        tiers={"warning": {"below": 1}},
    )  # fmt: skip
    await of_question(source, promql, notice(labels={"alertname": "up", "job": "j"}), Question("", "", promql="up"))
    assert dict(source.asked[1][0].where) == {"alertname": "up", "job": "j"}
