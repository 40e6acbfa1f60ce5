import polars as pl
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanwise_collector.resolve.write import Verdict, repeated, rows_of, scoped, totals, write
from spanwise_schema.measures import DIMENSIONS
from tests.support.spans import SECOND, agent, call, frame, row

LABELS = tuple(f"value {name}" for name in DIMENSIONS)


def test_each_span_has_the_scope_that_it_has_by_itself():
    batch = frame(call(1), agent(2, tokens=5), agent(3), row(4), call(5, token_scope="none"))
    assert scoped(batch)["token_scope"].to_list() == ["leaf", "rollup", None, None, "none"]


def test_a_batch_of_calls_only_is_handed_on_as_it_is():
    batch = scoped(frame(call(1), row(2)))
    assert write(batch, []) == (batch, batch)


def test_a_duplicate_is_counted_where_the_other_call_is():
    batch = scoped(frame(call(1), call(2, ttft_ns=3), row(3)))
    verdict = Verdict(1, called=False, usage=True, cost=False, ttft=True, labels=LABELS, end_ns=7 * SECOND)
    stored, counted = write(batch, [verdict])
    assert stored["cost_pico_usd"].to_list() == [100, None, None]
    assert stored["input_tokens"].to_list() == [100, 100, None]
    assert stored["service"].to_list() == ["app", "app", None]
    moved = counted.row(by_predicate=pl.col("token_scope") == "duplicate", named=True)
    assert tuple(moved[name] for name in DIMENSIONS) == LABELS
    assert (moved["end_ns"], moved["duration_ns"], moved["ttft_ns"]) == (7 * SECOND, None, 3)


def test_a_duplicate_of_what_is_forgotten_keeps_its_own_labels():
    verdict = Verdict(0, called=False, usage=True, cost=True, ttft=False, labels=None, end_ns=SECOND)
    assert write(scoped(frame(call(1))), [verdict])[1]["service"].to_list() == ["app"]


def test_an_agents_sum_is_read_and_counts_without_a_duration():
    batch = scoped(frame(agent(1, tokens=30, dialect="adk"), call(2)))
    ((trace_id, total),) = totals(batch)
    assert (trace_id, total.span, total.dialect) == (batch["trace_id"][0], 1, "adk")
    assert rows_of([total]).schema == batch.schema
    row_ = rows_of([total]).row(0, named=True)
    assert (row_["category"], row_["token_scope"], row_["operation"]) == ("llm", "usage", "invoke_agent")
    assert (row_["input_tokens"], row_["cost_pico_usd"], row_["duration_ns"]) == (30, 30, None)
    assert write(batch, [])[0]["input_tokens"].to_list() == [None, 100]


def test_an_agents_sum_that_counts_is_a_span_below_the_agent_with_an_id_of_its_own():
    batch = scoped(frame(agent(1, tokens=30, dialect="adk", agent="planner", conversation_id="c")))
    ((_, total),) = totals(batch)
    (made,) = rows_of([total]).rows(named=True)
    assert rows_of([total]).rows(named=True) == [made]
    own = batch.row(0, named=True)
    assert (made["trace_id"], made["parent_span_id"]) == (own["trace_id"], own["span_id"])
    assert made["span_id"] not in (own["span_id"], bytes(8))
    assert (made["signal"], made["dialect"], made["conversation_id"]) == ("agent", "adk", "c")
    assert made["start_ns"] == made["end_ns"] == own["end_ns"]
    span = Span.FromString(made["raw"])
    assert (span.name, span.span_id, span.parent_span_id) == ("usage told by planner", made["span_id"], own["span_id"])


def test_answers_from_a_cache_are_counted_apart():
    assert repeated(scoped(frame(call(1), call(2, token_scope="none")))) == [(1, 110, 100)]
    assert repeated(scoped(frame(call(1)))) == []
