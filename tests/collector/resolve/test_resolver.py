import polars as pl
import pytest

from spanwise_collector.resolve import Resolver
from spanwise_collector.resolve.memory import FORGET_NS, QUIET_NS
from tests.support.spans import SECOND, agent, call, frame, row

NOW = 1_000 * SECOND
LONG_ID = "chatcmpl-0123456789abcdef"


def added(counted):
    """What a frame adds: calls, tokens in, pico-USD."""
    calls = counted.filter(pl.col("category") == "llm")
    return calls["duration_ns"].count(), calls["input_tokens"].sum(), calls["cost_pico_usd"].sum()


class Fold:
    """A resolver and the sum of all that it gave to be counted."""

    def __init__(self, **limits):
        self.resolver = Resolver(**limits)
        self.now_ns = NOW
        self.total = (0, 0, 0)
        self.counted = self.stored = None

    def add(self, *rows, after_ns=0):
        self.now_ns += after_ns
        self.stored, self.counted, sums = self.resolver.add(frame(*rows), self.now_ns)
        return self._sum(pl.concat([self.counted, sums]))

    def wait(self, ns=QUIET_NS):
        self.now_ns += ns
        return self._sum(self.resolver.settle(self.now_ns))

    def _sum(self, counted):
        self.total = tuple(a + b for a, b in zip(self.total, added(counted), strict=True))
        return self.total


def scopes(stored):
    return stored["token_scope"].to_list()


def test_calls_one_after_another_all_count():
    fold = Fold()
    assert fold.add(call(1, 9, 0, 1), call(2, 9, 2, 3), row(9, 0, 0, 4)) == (2, 200, 200)
    assert scopes(fold.stored) == ["leaf", "leaf", None]
    assert fold.stored is fold.counted


def test_calls_at_once_beside_each_other_all_count():
    fold = Fold()
    assert fold.add(call(1, 9), call(2, 9), row(9)) == (2, 200, 200)
    assert fold.resolver.tally.spans.total() == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("batches", [1, 2])
def test_a_call_within_a_call_counts_once(order, batches):
    pair = (call(1, 0, 0, 10), call(2, 1, 1, 9))
    fold = Fold()
    rows = [pair[place] for place in order]
    for batch in [rows] if batches == 1 else [[one] for one in rows]:
        fold.add(*batch)
    assert fold.total == (1, 100, 100)
    assert scopes(fold.stored)[-1] == "duplicate"
    assert dict(fold.resolver.tally.tokens) == {"nested": 110}
    assert fold.resolver.tally.cost_pico_usd["nested"] == 100


def test_spans_that_are_no_calls_may_lie_between():
    fold = Fold()
    gateway = [call(4, 3, 3, 8, service="gateway"), row(3, 2, 2, 9, service="gateway")]
    assert fold.add(*gateway) == (1, 100, 100)
    assert fold.add(row(2, 1, 2, 9), call(1, 0, 0, 10)) == (1, 100, 100)


def test_another_model_or_kind_or_time_within_a_call_is_a_call_of_its_own():
    fold = Fold()
    fold.add(
        call(1, 0, 0, 10),
        call(2, 1, 1, 2, model="gpt-4o-mini"),
        call(3, 1, 3, 4, operation="embeddings"),
        call(4, 1, 11, 12),
    )
    assert fold.total == (4, 400, 400)


@pytest.mark.parametrize(
    "names",
    [
        {"model": "openai/gpt-4o"},
        {"model": "gpt-4o-2024-08-06"},
        {"model": "fast", "response_model": "gpt-4o-2024-08-06"},
        {"model": None},
    ],
)
def test_a_model_is_known_under_its_other_names(names):
    assert Fold().add(call(1), call(2, 1, **names)) == (1, 100, 100)


def test_what_the_counted_span_did_not_know_is_added_to_its_series_and_window():
    fold = Fold()
    fold.add(call(2, 1, 1, 9, None, service="gateway"))
    assert fold.add(call(1, 0, 0, 10, ttft_ns=5, output_tokens=7)) == (1, 100, 100)
    counted = fold.counted.to_dicts()[0]
    assert (counted["service"], counted["end_ns"], counted["ttft_ns"]) == ("gateway", 9 * SECOND, 5)
    assert counted["duration_ns"] is None
    stored = fold.stored.to_dicts()[0]
    assert (stored["token_scope"], stored["service"], stored["input_tokens"]) == ("duplicate", "app", 100)
    assert stored["duration_ns"] == 10 * SECOND


def test_a_duplicate_keeps_only_the_numbers_that_it_added():
    fold = Fold()
    fold.add(call(2, 1, 1, 9, ttft_ns=5))
    fold.add(call(1, 0, 0, 10, token_basis="inclusive", price_version="x", ttft_ns=6))
    stored = fold.stored.to_dicts()[0]
    names = ("input_tokens", "output_tokens", "token_basis", "cost_pico_usd", "cost_source", "price_version", "ttft_ns")
    assert [stored[name] for name in names] == [None] * len(names)


def test_a_price_that_only_the_second_knows_is_added():
    fold = Fold()
    fold.add(call(2, 1, cost_pico_usd=None, cost_source="unpriced"))
    assert fold.add(call(1)) == (1, 100, 100)
    assert fold.counted["input_tokens"].to_list() == [None]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (1, 0, 2), (2, 1, 0)])
def test_each_attempt_within_a_call_is_a_call_and_tokens_count_once(order):
    spans = (call(1, 0, 0, 10), call(2, 1, 1, 4, None, error_type="429"), call(3, 1, 5, 9))
    fold = Fold()
    for place in order:
        fold.add(spans[place])
    assert fold.total == (2, 100, 100)


def test_an_answer_that_came_before_is_the_same_call_wherever_it_is_told():
    fold = Fold()
    fold.add(call(1, response_id=LONG_ID))
    assert fold.add(call(2, 0, 50, 51, trace=b"u" * 16, response_id=LONG_ID)) == (1, 100, 100)
    assert fold.resolver.tally.spans["response_id"] == 1


def test_what_a_background_response_used_is_added_by_the_fetch_that_saw_its_end_once():
    fold = Fold()
    fold.add(call(1, 9, 0, 1, None, response_id=LONG_ID))
    fetch = {"response_id": LONG_ID, "operation": "fetch_response", "duration_ns": None}
    fold.add(call(2, 9, 20, 21, **fetch))
    assert fold.add(call(3, 9, 30, 31, **fetch)) == (1, 100, 100)


def test_a_server_that_counts_its_answers_or_gives_all_one_id_has_many_calls():
    fold = Fold()
    for span in (1, 2, 3):
        fold.add(call(span, 9, span, span + 0.5, span * 100, response_id="chatcmpl-123"))
        fold.add(call(span + 10, 9, span, span + 0.5, span * 100, trace=b"u" * 16, response_id="x" * 20))
    assert fold.total == (6, 1200, 1200)


def test_an_answer_from_a_cache_costs_nothing_and_is_no_call():
    fold = Fold()
    assert fold.add(call(1, token_scope="none")) == (0, 0, 0)
    assert scopes(fold.stored) == ["none"]
    assert fold.resolver.tally.tokens["replayed"] == 110


def test_what_an_agent_tells_does_not_count_where_its_calls_did():
    fold = Fold()
    fold.add(agent(1, tokens=300), call(2, 1, 1, 2), call(3, 1, 3, 4))
    assert fold.wait() == (2, 200, 200)
    assert fold.resolver.tally.tokens["total"] == 330
    assert len(fold.resolver) == 0


def test_what_an_agent_tells_counts_where_nobody_below_told_tokens():
    fold = Fold()
    fold.add(agent(1, agent="planner", tokens=300), call(2, 1, 1, 2, None), row(3, 1, 1, 2))
    assert fold.total == (1, 0, 0)
    assert fold.stored["input_tokens"].to_list() == [None, None, None]
    assert fold.wait(QUIET_NS - 1) == (1, 0, 0)
    assert fold.wait(SECOND) == (1, 300, 300)
    assert fold.wait() == (1, 300, 300)


def test_of_agents_in_one_another_the_innermost_that_tells_counts():
    fold = Fold()
    fold.add(agent(1, tokens=300), agent(2, 1, tokens=100), agent(3, 1), call(4, 3, 1, 2, 50))
    assert fold.wait() == (1, 150, 150)


def test_a_call_that_comes_after_its_agents_sum_was_counted_adds_no_tokens():
    fold = Fold()
    fold.add(agent(1, tokens=300))
    fold.wait()
    assert fold.add(call(2, 1, 1, 2)) == (1, 300, 300)


def test_the_running_total_of_an_agent_is_never_counted():
    fold = Fold()
    fold.add(agent(1, tokens=300, dialect="strands"))
    assert fold.wait() == (0, 0, 0)


def test_memory_is_bounded_and_what_was_forgotten_is_told():
    fold = Fold(max_spans=10)
    for number in range(20):
        fold.add(call(1, 0, trace=number.to_bytes(16)), call(2, 1, 1, 2, trace=number.to_bytes(16)))
    assert len(fold.resolver) == 10
    assert fold.resolver.evicted == 30
    assert fold.total == (20, 2000, 2000)


def test_a_sum_of_calls_that_may_be_forgotten_is_not_counted():
    fold = Fold(max_spans=1)
    early = NOW / SECOND - 10
    fold.add(call(2, 1, early, early), row(5, 1))
    assert fold.add(agent(1, 0, early, early + 20, tokens=100)) == (1, 100, 100)
    assert fold.wait() == (1, 100, 100)


def test_a_trace_without_a_root_is_remembered_for_a_while():
    fold = Fold()
    fold.add(call(2, 1, 1, 9))
    fold.wait(FORGET_NS - SECOND)
    assert fold.add(call(1, 0, 0, 10)) == (1, 100, 100)
    fold.wait(FORGET_NS)
    fold.wait(FORGET_NS)
    assert len(fold.resolver) == 0


def test_a_checkpoint_goes_on_in_the_middle_of_a_group():
    first = Fold()
    first.add(call(2, 1, 1, 9, None, service="gateway"), agent(7, 0, trace=b"u" * 16, tokens=50))
    first.add(call(3, 1, 1, 9, None), call(8, trace=b"v" * 16, response_id=LONG_ID))
    second = Fold()
    state, pieces = first.resolver.checkpoint()
    second.resolver.load(state, pieces.new)
    second.total = first.total
    for fold in (first, second):
        fold.add(call(1, 0, 0, 10), call(9, trace=b"w" * 16, response_id=LONG_ID))
        fold.wait()
    assert first.total == second.total == (3, 250, 250)
    assert second.resolver.tally == first.resolver.tally
    assert second.counted.equals(first.counted)


def test_an_empty_batch_is_none():
    assert Resolver().add(frame(), NOW).stored.height == 0
