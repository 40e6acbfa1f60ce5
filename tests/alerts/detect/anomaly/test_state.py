from __future__ import annotations

import numpy as np
import pytest

from spanwise_alerts.detect.anomaly import state as module
from spanwise_alerts.detect.anomaly.state import State, squeeze
from spanwise_alerts.question import Answer, Table
from spanwise_alerts.rules.kinds import rule_of
from tests.alerts.answers import an_answer, of

BEGIN_S = 1_780_272_000.0


def a_state(**changes) -> State:
    raw = {"name": "odd", "kind": "anomaly", "measure": "llm.duration", "stat": "p95", "by": ["model"], **changes}
    return State(rule_of(raw))


def feed(state: State, points: int, value, *, begin: int = 0, count: int = 50):
    for place in range(begin, begin + points):
        state.take(an_answer({name: (each, count) for name, each in value(place).items()}), BEGIN_S + 60.0 * place)


def noisy(seed: int = 1, **levels: float):
    dice = np.random.default_rng(seed)
    return lambda _: {name: level * float(np.exp(dice.normal(0.0, 0.1))) for name, level in levels.items()}


def test_what_was_kept_judges_the_next_points_alike():
    first = a_state()
    feed(first, 400, noisy(a=1.0, b=5.0))
    second = a_state()
    second.unpack([squeeze(chunk) for chunk in first.chunks()])
    assert second.at_s == first.at_s
    for state in (first, second):
        feed(state, 50, noisy(seed=9, a=1.0, b=9.0, c=2.0), begin=400)
    for name, columns in first.panel.parts.items():
        for column in columns.pack(0, 3):
            assert np.array_equal(columns[column][:3], second.panel.parts[name][column][:3], equal_nan=True), column


def test_it_is_kept_in_chunks_and_read_back_in_order(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    first = a_state()
    feed(first, 5, lambda place: dict.fromkeys("abcde", 1.0 + place))
    chunks = [squeeze(chunk) for chunk in first.chunks()]
    assert len(chunks) == 3
    second = a_state()
    second.unpack(chunks)
    assert second.names == [of(name) for name in "abcde"]
    assert second.panel.columns["value"][:5].tolist() == [5.0] * 5


@pytest.mark.parametrize("change", [{"stat": "p50"}, {"every": "5m"}, {"by": []}, {"where": {"environment": "prod"}}])
def test_what_is_known_of_other_numbers_is_refused(change):
    first = a_state()
    feed(first, 3, noisy(a=1.0))
    with pytest.raises(ValueError, match="looked at other numbers"):
        a_state(**change).unpack([squeeze(chunk) for chunk in first.chunks()])


def test_what_is_no_state_is_refused():
    with pytest.raises(ValueError, match="no state of detectors"):
        a_state().unpack([b"what"])


def test_a_rule_may_change_how_rare_an_alarm_is_without_learning_anew():
    first = a_state()
    feed(first, 300, noisy(a=1.0))
    second = a_state(
        false_alarms="1/month", direction="up", tiers={"warning": {}, "critical": {"false_alarms": "1/year"}}
    )
    second.unpack([squeeze(chunk) for chunk in first.chunks()])
    assert second.panel.columns["points"][0] == 300


def test_the_same_point_is_taken_once():
    state = a_state()
    feed(state, 3, lambda _: {"a": 1.0})
    feed(state, 3, lambda _: {"a": 9.0})
    assert state.panel.columns["points"][0] == 3
    assert state.panel.columns["value"][0] == 1.0


def test_of_too_few_observations_nothing_is_learned():
    state = a_state(min_count=20)
    feed(state, 3, lambda _: {"a": 1.0}, count=19)
    assert state.panel.columns["points"][0] == 0


def test_silence_is_a_count_of_none_for_a_day_and_then_nothing():
    state = a_state(measure="llm.calls", stat="sum", every="1h")
    state.take(an_answer({"a": (7.0, 7)}), BEGIN_S)
    for hour in range(1, 40):
        state.take(an_answer({"b": (1.0, 1)}), BEGIN_S + 3600.0 * hour)
    row = state.row(of("a"))
    assert state.panel.columns["value"][row] == 0.0
    assert state.panel.columns["points"][row] == 24


def test_silence_says_nothing_of_a_percentile():
    state = a_state()
    state.take(an_answer({"a": 1.0}), BEGIN_S)
    state.take(an_answer({"a": (None, 0), "b": 1.0}), BEGIN_S + 60)
    assert state.panel.columns["points"][:2].tolist() == [1, 1]


def test_series_that_are_gone_for_two_weeks_are_forgotten_and_the_others_stay():
    state = a_state(every="1h")
    for hour in range(15 * 24):
        state.take(an_answer({"old": 1.0, "new": 2.0} if hour == 0 else {"new": 2.0}), BEGIN_S + 3600.0 * hour)
    state.forget()
    assert state.names == [of("new")]
    assert state.panel.columns["points"][0] == 15 * 24
    state.take(an_answer({"old": 3.0, "new": 2.0}), BEGIN_S + 3600.0 * 400)
    assert state.panel.columns["points"][:2].tolist() == [15 * 24 + 1, 1]


def test_series_beyond_the_limit_are_not_watched(monkeypatch):
    monkeypatch.setattr(module, "MOST_SERIES", 2)
    state = a_state()
    feed(state, 2, lambda _: {"a": 1.0, "b": 2.0, "c": 3.0})
    assert state.names == [of("a"), of("b")]
    assert state.row(of("c")) is None


def test_bands_are_those_of_the_newest_point_unusual_series_first():
    state = a_state()
    feed(state, 300, noisy(a=1.0, b=1.0))
    feed(state, 3, noisy(a=1.0, b=9.0), begin=300)
    state.take(an_answer({"b": 9.0}), BEGIN_S + 60.0 * 303)
    (band,) = state.bands()
    assert (band.series, band.value) == (of("b"), 9.0)
    assert band.score > 1.0
    assert band.lower < band.expected < band.upper < 9.0


def test_every_point_of_a_series_is_drawn_until_it_is_kept():
    state = a_state()
    feed(state, 5, lambda _: {"a": 1.0})
    assert [drawn.at_s for drawn in state.drawn] == [BEGIN_S + 60.0 * place for place in range(5)]


def test_a_series_takes_less_than_two_kilobytes():
    state = a_state(detector="auto")
    assert sum(columns.row_bytes for columns in state.panel.parts.values()) < 1536
    labels = [(("agent", f"agent-{number}"), ("model", "m")) for number in range(3000)]
    table = Table(labels)
    for place in range(3):
        state.take(Answer(table, [1.0] * 3000, [5] * 3000), BEGIN_S + 60.0 * place)
    kept = sum(len(squeeze(chunk)) for chunk in state.chunks())
    assert kept / 3000 < 2048
