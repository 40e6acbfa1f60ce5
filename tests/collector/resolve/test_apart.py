import polars as pl
import pytest

from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.apart import Apart, Newest, Place
from spanwise_collector.resolve.emitters import emitter_code
from spanwise_collector.resolve.memory import QUIET_NS
from spanwise_collector.resolve.read import read
from tests.support.spans import SECOND, call, frame

NOW = 1_000 * SECOND
CALLED_BACK, SDK = "litellm", "acme.sdk"
ANSWERS = ("chatcmpl-0123456789abcdef", "chatcmpl-fedcba9876543210")
ANY = Place(bytes(16), "app", 0, 0, 10 * SECOND, emitter_code(CALLED_BACK), 0)


def trace(number):
    return number.to_bytes(16)


def of(number, scope, *, parent=0, start=0, end=10, **columns):
    """Make a call in a trace of its own."""
    return call(number, parent, start, end, trace=trace(number), scope_name=scope, **columns)


def counted(*batches, resolver=None):
    """Give what batches of rows add: calls, and tokens in."""
    resolver = Resolver() if resolver is None else resolver
    calls = pl.concat([resolver.add(frame(*rows), NOW).counted for rows in batches])
    calls = calls.filter(pl.col("category") == "llm")
    return calls["duration_ns"].count(), calls["input_tokens"].sum()


def batch(*rows):
    spans = frame(*rows)
    return read(spans, spans["category"].eq_missing("llm"))


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("backwards", [True, False])
def test_a_call_told_by_a_callback_and_by_the_sdk_in_two_traces_is_one(together, backwards):
    rows = [of(1, SDK, start=1, end=9), of(2, CALLED_BACK)][:: -1 if backwards else 1]
    assert counted(rows if together else rows[:1], [] if together else rows[1:]) == (1, 100)


@pytest.mark.parametrize(
    "other",
    [
        of(1, SDK, tokens=90), of(1, SDK, start=20, end=30), of(1, SDK, start=9, end=19), of(1, SDK, service="other"),
        of(1, SDK, model="claude"), of(1, SDK, response_id=ANSWERS[0]), of(1, CALLED_BACK),
    ],
    ids=["tokens", "time", "hardly at once", "service", "model", "response id", "same emitter"],
)  # fmt: skip
def test_what_differs_is_another_call(other):
    mine = of(2, CALLED_BACK, response_id=ANSWERS[1])
    for rows in ([other, mine], [mine, other]):
        assert counted(rows) == (2, 100 + other["input_tokens"])


def test_two_emitters_that_are_around_the_sdk_are_not_compared_across_traces():
    assert counted([of(1, SDK), of(2, "acme.gateway")]) == (2, 200)


def test_a_call_within_an_agent_is_compared_only_with_one_that_has_nothing_around_it():
    assert counted([of(1, SDK, parent=9), of(2, CALLED_BACK, parent=8)]) == (2, 200)
    assert counted([of(1, "langsmith", parent=9), of(2, CALLED_BACK, parent=8)]) == (1, 100)


def test_calls_at_once_with_the_same_tokens_stay_as_many_as_they_are():
    sdk, called_back = [of(n, SDK) for n in (1, 2, 3)], [of(n, CALLED_BACK) for n in (4, 5, 6)]
    assert counted(sdk, called_back) == counted(called_back, sdk) == (3, 300)
    assert counted(*([row] for pair in zip(sdk, called_back, strict=True) for row in pair)) == (3, 300)


def test_a_call_of_which_one_told_no_tokens_is_known_by_its_time():
    for rows in ([of(1, SDK, tokens=None), of(2, CALLED_BACK)], [of(1, SDK), of(2, CALLED_BACK, tokens=None)]):
        assert counted(rows) == counted(rows[::-1]) == (1, 100)


def test_a_report_of_a_stream_in_a_trace_of_its_own_counts_once():
    report = {**of(2, "logfire.openai"), "duration_ns": None}
    assert counted([of(1, SDK), report]) == counted([report, of(1, SDK)]) == (1, 100)


def test_calls_that_came_before_the_first_callback_was_seen_are_looked_at():
    resolver = Resolver()
    assert counted([of(1, SDK)], [of(2, SDK, start=20, end=30, tokens=70)], resolver=resolver) == (2, 170)
    assert counted([of(3, CALLED_BACK)], resolver=resolver) == (0, 0)


def test_a_checkpoint_brings_back_what_calls_are_compared_with():
    before, after = Resolver(), Resolver()
    counted([of(1, SDK), of(9, CALLED_BACK, start=50, end=60, tokens=7)], resolver=before)
    state, pieces = before.checkpoint()
    after.load(state, pieces.new)
    assert counted([of(2, CALLED_BACK)], resolver=after) == (0, 0)


def test_what_was_forgotten_is_not_compared():
    resolver = Resolver()
    counted([of(1, SDK), of(9, CALLED_BACK, start=50, end=60, tokens=7)], resolver=resolver)
    resolver.settle(NOW + QUIET_NS)
    assert counted([of(2, CALLED_BACK)], resolver=resolver) == (1, 100)


def test_a_service_is_looked_at_from_the_first_callback_on():
    apart = Apart()
    assert apart.new_services(batch(of(1, SDK))) == set()
    assert apart.new_services(batch(of(1, SDK, service="other"), of(2, CALLED_BACK))) == {"app"}
    assert apart.new_services(batch(of(3, CALLED_BACK))) == set()
    assert apart.services == {"app"}


@pytest.mark.parametrize(
    ("change", "may"),
    [
        ({}, True), ({"trace_id": ANY.trace_id}, False),
        ({"start_ns": 11 * SECOND, "end_ns": 12 * SECOND}, False), ({"answer": 8}, False), ({"answer": 7}, True),
    ],
    ids=["all fits", "trace", "time", "response id", "same response id"],
)  # fmt: skip
def test_what_is_cheap_to_ask_rules_calls_out(change, may):
    mine = ANY._replace(answer=7)
    other = mine._replace(trace_id=trace(1), emitter=emitter_code(SDK), answer=0)._replace(**change)
    assert mine.may_be(other) is other.may_be(mine) is may


@pytest.mark.parametrize(
    ("emitter", "start", "may"), [(SDK, 5, True), (CALLED_BACK, 5, False), (SDK, 11, False)], ids=["", "same", "later"]
)
def test_calls_of_an_emitter_are_passed_over_as_a_whole(emitter, start, may):
    newest = Newest(ANY.emitter)
    newest.keep(ANY)
    place = ANY._replace(emitter=emitter_code(emitter), start_ns=start * SECOND, end_ns=20 * SECOND)
    assert newest.may_have(place) is may


def test_two_that_are_both_around_the_sdk_are_told_in_one_trace():
    newest = Newest(emitter_code("acme.gateway"))
    newest.keep(ANY)
    assert not newest.may_have(ANY._replace(emitter=emitter_code(SDK)))


def test_only_traces_with_a_call_like_one_elsewhere_are_met():
    apart = Apart()
    apart.services = {"app"}
    assert apart.meet(batch(of(1, SDK), of(2, SDK, tokens=90))) == set()
    rows = [of(3, CALLED_BACK), of(4, CALLED_BACK, tokens=80), of(5, CALLED_BACK, service="other"), of(6, SDK)]
    assert apart.meet(batch(*rows)) == {trace(3), trace(6)}
    assert [place.span for place in apart.near(ANY, (100, 10))] == [6, 1]
    assert [place.span for place in apart.near(ANY, (-1, -1))] == [6, 2, 1]


def test_of_too_many_calls_those_of_the_oldest_tokens_are_forgotten():
    apart = Apart(most=100)
    apart.services = {"app"}
    apart.meet(batch(*(of(number, SDK, tokens=number) for number in range(1, 200))))
    assert len(apart) <= 100
    assert [place.span for place in apart.near(ANY, (199, 19))] == [199]
    assert list(apart.near(ANY, (1, 0))) == []


def test_the_newest_calls_of_as_many_tokens_are_remembered():
    apart = Apart()
    apart.services = {"app"}
    apart.meet(batch(*(of(number, SDK) for number in range(1, 200))))
    assert [place.span for place in apart.near(ANY, (100, 10))] == list(range(199, 199 - 64, -1))
