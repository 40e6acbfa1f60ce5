from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spanwise_collector.decode import decode, read_metrics
from spanwise_collector.normalise import WANTED, normalise
from spanwise_collector.signals.usage import usage_of
from tests.support.otlp import NOW_NS
from tests.support.otlp_signals import CUMULATIVE, DELTA, counter, metrics, number

SESSION = {"session.id": "s-1", "model": "claude-sonnet-4-5"}


def points(kinds, temporality=DELTA, told=SESSION, **at):
    made = [number(value, {**told, "type": kind}, **at) for kind, value in kinds.items()]
    request = metrics(
        [counter("claude_code.token.usage", made, "tokens", temporality)], {"service.name": "claude-code"}
    )
    return read_metrics(request.SerializeToString()).points


def rows(*told):
    return normalise(decode(usage_of([point for each in told for point in each]), WANTED).frame).frame.to_dicts()


def test_the_deltas_of_an_interval_are_one_use_of_a_model_without_a_duration():
    (row,) = rows(points({"input": 10, "output": 7, "cacheRead": 40, "cacheCreation": 5}))
    expected = {
        "category": "llm", "signal": "metric", "dialect": "claude_code", "provider": "anthropic",
        "model": "claude-sonnet-4-5", "conversation_id": "s-1", "input_tokens": 55, "output_tokens": 7,
        "cache_read_tokens": 40, "cache_write_tokens": 5, "duration_ns": None, "end_ns": NOW_NS,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_counter_of_which_nothing_is_told_had_nothing_added():
    (row,) = rows(points({"cacheRead": 40}))
    assert (row["input_tokens"], row["output_tokens"]) == (40, 0)


def test_other_intervals_and_models_are_uses_of_their_own():
    other = {**SESSION, "model": "claude-haiku-4-5"}
    made = rows(points({"input": 1}), points({"input": 2}, time_ns=NOW_NS + 60), points({"input": 4}, told=other))
    assert sorted(row["input_tokens"] for row in made) == [1, 2, 4]


def test_the_same_points_sent_again_are_the_same_span():
    first, again = (ExportTraceServiceRequest.FromString(usage_of(points({"input": 10}))) for _ in range(2))
    assert first == again


def test_counts_since_a_start_those_without_a_session_and_other_types_are_no_use():
    assert usage_of(points({"input": 10}, CUMULATIVE)) == b""
    assert usage_of(points({"input": 10}, told={"model": "x"})) == b""
    assert usage_of(points({"total": 10})) == b""
