import contextlib
import time

import polars as pl
import pytest

from spanwise_collector import pipeline as module
from spanwise_collector import runs
from spanwise_collector.batch import Decoded
from spanwise_collector.handover import Item
from spanwise_collector.intake import read
from spanwise_collector.normalise import normalise
from spanwise_collector.pipeline import Pipeline
from spanwise_collector.price import PriceBook
from spanwise_collector.query import Query
from spanwise_collector.reader import RunFilter
from spanwise_collector.rollup.rollup import Rollup
from spanwise_collector.rollup.summary import LOST_NS
from spanwise_collector.spoken import spoken
from spanwise_collector.store.store import Store
from spanwise_schema.measures import MEASURES
from tests.support.otlp import request, span, traffic
from tests.support.otlp_signals import claude_event, logs


@contextlib.contextmanager
def piping(folder):
    with contextlib.closing(Store(folder)) as store:
        yield Pipeline(store, Rollup(), PriceBook(), time.time_ns)


@pytest.fixture
def pipeline(tmp_path):
    with piping(tmp_path) as pipeline:
        yield pipeline


def item(seq, decoded):
    return Item(seq, time.time_ns(), 1, decoded)


def good(seed):
    return Pipeline.decode(traffic(seed, spans=30, now_ns=time.time_ns())[0])


def test_the_ledger_balances_over_several_requests(pipeline):
    pipeline.apply([item(1, good(1)), item(2, good(2)), item(3, good(1))])
    assert pipeline.applied_seq == 3
    ledger = pipeline.ledger
    assert (ledger.received, ledger.stored, ledger.duplicate) == (90, 60, 30)


def test_a_request_without_a_single_good_span_is_counted(pipeline):
    empty = Decoded(good(1).frame.clear(), 4, {"no span id": 4})
    pipeline.apply([item(1, empty)])
    assert pipeline.published["rejected"] == {"no span id": 4}
    assert pipeline.published["received"] == 4


def test_a_request_that_cannot_be_understood_is_stored_as_it_came_and_costs_no_other(pipeline, monkeypatch, caplog):
    strange = good(77)

    def break_at_the_strange_one(frame):
        if frame["span_id"].is_in(strange.frame["span_id"].implode()).any():
            raise pl.exceptions.ComputeError("a fault of ours")
        return normalise(frame)

    monkeypatch.setattr(module, "normalise", break_at_the_strange_one)
    pipeline.apply([item(1, good(1)), item(2, strange), item(3, good(3))])
    assert "a request of 30 spans could not be understood" in caplog.text
    assert pipeline.published["stored"] == pipeline.published["received"] == 90
    assert pipeline.published["field_faults"]["*"] == 30
    bare = pipeline.store.sql("select count(*) as n from spans where service is null and raw is not null")
    assert bare["n"].to_list() == [30]


def test_a_fault_of_ours_in_the_roll_up_is_not_taken_for_the_senders(pipeline, monkeypatch):
    def fail(*_):
        raise ValueError("ours")

    monkeypatch.setattr(pipeline.rollup, "add", fail)
    with pytest.raises(ValueError, match="ours"):
        pipeline.apply([item(1, good(1)), item(2, good(2))])
    assert pipeline.published["received"] == 0


def test_a_second_pipeline_resumes_from_the_commit(tmp_path):
    with piping(tmp_path) as first:
        first.apply([item(1, good(1))])
        first.commit()
    with piping(tmp_path) as second:
        second.resume()
        assert second.applied_seq == 1
        assert second.published == first.published
        assert second.rollup.totals.of == first.rollup.totals.of
        second.apply([item(2, good(1))])
        assert second.published["duplicate"] == 30


def test_warming_leaves_no_trace_in_the_numbers(pipeline):
    pipeline.warm()
    assert pipeline.ledger.received == 0
    assert pipeline.rollup.totals.of == {}
    assert pipeline.store.rows == 0


def test_a_run_that_is_quiet_is_counted_though_nothing_comes(tmp_path):
    now_ns = time.time_ns()
    with contextlib.closing(Store(tmp_path)) as store:
        pipeline = Pipeline(store, Rollup(), PriceBook(), lambda: now_ns)
        chat = {"gen_ai.operation.name": "chat", "gen_ai.agent.name": "a"}
        sent = span(attributes=chat, parent_span_id=b"p" * 8, start_ns=now_ns - 10**9, end_ns=now_ns)
        pipeline.apply([item(1, Pipeline.decode(request([sent]).SerializeToString()))])
        assert sum(pipeline.rollup.runs.active().values()) == 1
        now_ns += LOST_NS + 10**9
        pipeline.settle()
        assert sum(pipeline.rollup.runs.active().values()) == 0
        asked = Query(MEASURES["run.errors"], "count", ("error_type",), {}, 3_600 * 10**9, now_ns)
        (series,) = pipeline.answer(asked)
        assert (series.labels, series.points[0].value) == ({"error_type": "lost"}, 1)


def nested(now_ns, trace_id, *, inner=True, outer=True):
    """A call of a framework around the call of a library, which knows no tokens, below an agent."""
    words = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}
    used = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10}
    ids = {name: name.encode().ljust(8) for name in ("outer", "inner")}
    library = span(
        "chat", words, trace_id=trace_id, span_id=ids["inner"], parent_span_id=ids["outer"],
        start_ns=now_ns - 9, end_ns=now_ns - 1,
    )  # fmt: skip
    framework = span("chat", words | used, trace_id=trace_id, span_id=ids["outer"], start_ns=now_ns - 10, end_ns=now_ns)
    made = [library] * inner + [framework] * outer
    return Pipeline.decode(request(made).SerializeToString())


def tokens(pipeline):
    return {name: total.count for (name, rows) in pipeline.rollup.totals.of.items() for total in rows.values()} | {
        name: sum(total.sum for total in rows.values())
        for name, rows in pipeline.rollup.totals.of.items()
        if name.endswith("tokens")
    }


def test_a_call_within_a_call_is_counted_once_also_over_a_restart_between_the_two(tmp_path):
    now_ns, trace_id = time.time_ns(), b"n" * 16
    with piping(tmp_path) as first:
        first.apply([item(1, nested(now_ns, trace_id, outer=False))])
        first.commit()
        first.apply([item(2, nested(now_ns, trace_id, inner=False))])  # then it is killed: not committed
        expected = tokens(first)
    with piping(tmp_path) as second:
        second.resume()
        second.apply([item(2, nested(now_ns, trace_id, inner=False))])
        assert tokens(second) == expected
        assert expected["gen_ai_client_operation_duration_seconds"] == 1
        assert expected["spanwise_llm_input_tokens"] == 100
        scopes = second.store.sql("select token_scope, input_tokens from spans order by start_ns desc")
        assert scopes.rows() == [("leaf", None), ("duplicate", 100)]
        assert second.resolver.tally.spans == {"nested": 1}


def test_what_only_an_agent_told_is_counted_while_nothing_comes(tmp_path):
    clock = [time.time_ns()]
    agent = {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "gpt-4o", "gen_ai.provider.name": "openai",
        "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10,
    }  # fmt: skip
    with contextlib.closing(Store(tmp_path)) as store:
        pipeline = Pipeline(store, Rollup(), PriceBook(), lambda: clock[0])
        body = request([span("agent", agent, start_ns=clock[0] - 9, end_ns=clock[0])]).SerializeToString()
        pipeline.apply([Item(1, clock[0], 1, Pipeline.decode(body))])
        pipeline.settle()
        assert "spanwise_llm_input_tokens" not in tokens(pipeline)
        clock[0] += 61 * 10**9
        pipeline.settle()
        assert tokens(pipeline)["spanwise_llm_input_tokens"] == 100
        assert "gen_ai_client_operation_duration_seconds" not in tokens(pipeline)
        clock[0] += 2 * 10**9
        pipeline.settle()
        assert tokens(pipeline)["spanwise_llm_input_tokens"] == 100
        used = (MEASURES["run.tokens"], MEASURES["llm.tokens.input"])
        asked = [Query(measure, "sum", (), {}, 90 * 10**9, clock[0]) for measure in used]
        assert [series.points[0].value for query in asked for series in pipeline.answer(query)] == [110, 100]
        stored = "select category, token_scope, sum(input_tokens) as tokens from spans group by all order by all"
        assert pipeline.store.sql(stored).rows() == [("agent", "rollup", None), ("llm", "usage", 100)]
        (emitter,) = spoken(store, 0)
        assert (emitter["spans"], emitter["calls"]) == (1, 0)
        (run,) = runs.page(store, RunFilter(0, clock[0]), clock[0]).runs
        assert (run["tokens"], run["input_tokens"], run["steps"], run["llm_calls"]) == (110, 100, 0, 0)


def test_what_another_signal_told_first_is_left_out_and_its_money_is_tallied_over_a_restart(tmp_path):
    now_ns = time.time_ns()
    spent = {"model": "claude-sonnet-4-5", "input_tokens": 100, "output_tokens": 10, "duration_ms": 5}
    event = claude_event("api_request", spent, time_ns=now_ns)
    told = read(logs([event]).SerializeToString(), "protobuf", "logs").decoded
    chat = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "claude-sonnet-4-5",
        "gen_ai.provider.name": "anthropic", "gen_ai.conversation.id": "s-1",
        "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10,
    }  # fmt: skip
    again = Pipeline.decode(request([span("chat", chat, start_ns=now_ns - 9, end_ns=now_ns)]).SerializeToString())
    with piping(tmp_path) as first:
        first.apply([item(1, told), item(2, again)])
        tally, expected = first.resolver.tally, tokens(first)
        assert (tally.spans["signal"], tally.tokens["signal"]) == (1, 110)
        assert tally.cost_pico_usd["signal"] == (100 * 3 + 10 * 15) * 10**6
        assert expected["spanwise_llm_input_tokens"] == 100
        first.commit()
    with piping(tmp_path) as second:
        second.resume()
        assert second.resolver.tally == tally
