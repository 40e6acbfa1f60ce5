import polars as pl
import pytest

from spanwise_collector.normalise import normalise
from spanwise_collector.normalise.compile import DTYPE
from spanwise_schema.columns import CALL, SPAN
from tests.collector.normalise.frames import SECOND_NS, START_NS, decoded, only

LLM = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o"}


def call(**extra: object) -> dict[str, object]:
    return only(normalise(decoded({**LLM, **extra})).frame)


def test_the_columns_are_those_of_the_schema_in_its_order():
    frame = normalise(decoded(LLM, {"resource.service.name": "svc"})).frame
    assert dict(frame.schema) == {name: DTYPE[kind]() for name, kind in {**SPAN, **CALL}.items()}


def test_an_empty_batch_passes():
    frame = normalise(decoded()).frame
    assert frame.height == 0
    assert frame.columns == [*SPAN, *CALL]


def test_a_span_without_any_known_attribute_passes_unclassified():
    row = only(normalise(decoded({"name": "GET /"})).frame)
    assert row["duration_ns"] == 2 * SECOND_NS
    assert row["service"] == "unknown_service"
    assert {name for name, value in row.items() if value is not None} == {"duration_ns", "service"}


def test_span_columns_are_untouched():
    frame = decoded(LLM, {})
    assert normalise(frame).frame.select(SPAN.keys()).equals(frame.select(SPAN.keys()))


@pytest.mark.parametrize(
    ("operation", "category"),
    [
        ("chat", "llm"), ("embeddings", "llm"), ("rerank", "llm"), ("execute_tool", "tool"),
        ("invoke_agent", "agent"), ("invoke_workflow", "workflow"), ("retrieval", None), ("llm_call", "llm"),
    ],
)  # fmt: skip
def test_the_operation_decides_the_category(operation, category):
    assert call(**{"gen_ai.operation.name": operation})["category"] == category


@pytest.mark.parametrize(
    ("name", "operation"), [("chat gpt-4o", "chat"), ("execute_tool", "execute_tool"), ("GET /v1/chat", None)]
)
def test_a_genai_span_without_operation_is_told_by_its_name(name, operation):
    row = only(normalise(decoded({"name": name, "gen_ai.system": "openai"})).frame)
    assert row["operation"] == operation


def test_a_name_alone_makes_no_genai_span():
    frame = normalise(decoded({"name": "chat room"}, {"name": "chat gpt-4o", "gen_ai.system": "openai"})).frame
    assert frame["category"].to_list() == [None, "llm"]
    assert frame["dialect"].to_list() == [None, "gen_ai"]


def test_a_workflow_without_agent_is_its_own_agent():
    workflow = {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "nightly"}
    frame = normalise(
        decoded(workflow, {**workflow, "gen_ai.agent.name": "a"}, {**LLM, "gen_ai.workflow.name": "nightly"})
    ).frame
    assert frame["agent"].to_list() == ["nightly", "a", None]


def test_the_model_is_the_answered_one_where_none_was_requested():
    row = call(**{"gen_ai.request.model": "", "gen_ai.response.model": "gpt-4o-2024-08-06"})
    assert (row["model"], row["response_model"]) == ("gpt-4o-2024-08-06", "gpt-4o-2024-08-06")


@pytest.mark.parametrize(
    ("span", "error_type"),
    [
        ({"error.type": "429", "event.exception.type": "RateLimit", "status_code": 2}, "429"),
        ({"error.type": "", "event.exception.type": "RateLimit"}, "RateLimit"),
        ({"event.exception.type": "KeyError", "status_code": 1}, None),
        ({"event.exception.type": None, "status_code": 2}, "error"),
        ({"status_code": 2}, "error"),
        ({"error.type": ""}, None),
        ({}, None),
    ],
)
def test_error_type_is_told_by_the_best_witness(span, error_type):
    assert call(**span)["error_type"] == error_type


def test_a_clock_that_ran_backwards_gives_no_duration():
    assert call(end_ns=START_NS - 1)["duration_ns"] is None
    assert call(end_ns=START_NS)["duration_ns"] == 0


@pytest.mark.parametrize(
    ("extra", "ttft_ns", "stream"),
    [
        ({"gen_ai.request.stream": True, "gen_ai.response.time_to_first_chunk": 0.25}, 250_000_000, True),
        ({"gen_ai.response.time_to_first_chunk": 0.25}, 250_000_000, True),
        ({"gen_ai.request.stream": False, "gen_ai.response.time_to_first_chunk": 0.25}, None, False),
        ({"gen_ai.response.time_to_first_chunk": 2.5}, None, True),
        ({"gen_ai.response.time_to_first_chunk": -0.1}, None, None),
        ({"gen_ai.response.time_to_first_chunk": 1e300}, None, None),
        ({}, None, None),
    ],
)
def test_time_to_first_chunk_is_of_streams_and_within_the_call(extra, ttft_ns, stream):
    row = call(**extra)
    assert (row["ttft_ns"], row["stream"]) == (ttft_ns, stream)


def test_tokens_that_cannot_be_are_null_and_counted():
    result = normalise(
        decoded(
            {**LLM, "gen_ai.usage.input_tokens": -1, "gen_ai.usage.output_tokens": 5},
            {**LLM, "gen_ai.usage.input_tokens": 2**62, "gen_ai.usage.output_tokens": 6},
        )
    )
    assert result.frame["input_tokens"].to_list() == [None, None]
    assert result.frame["output_tokens"].to_list() == [5, 6]
    assert result.faults == {"gen_ai.usage.input_tokens": 2}


def test_calls_of_a_model_have_tokens_and_agents_what_their_calls_used_but_no_tool_has_any():
    used = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1}
    agent, tool = {"gen_ai.operation.name": "invoke_agent", **used}, {"gen_ai.operation.name": "execute_tool", **used}
    frame = normalise(decoded(agent, tool, {**agent, **LLM})).frame
    assert frame["input_tokens"].to_list() == [10, None, 10]
    assert frame["token_basis"].to_list() == ["assumed", None, "inclusive"]


def test_an_answer_from_a_cache_is_no_call_that_counts():
    hit, miss = ({**LLM, "litellm.call_id": "1", "litellm.cache_hit": hit} for hit in (True, False))
    assert normalise(decoded(hit, miss)).frame["token_scope"].to_list() == ["none", None]


def test_a_span_is_normalised_alike_in_any_company():
    spans = [LLM, {"name": "GET /"}, {**LLM, "gen_ai.usage.input_tokens": 7, "resource.service.name": "svc"}]
    together = normalise(decoded(*spans)).frame
    apart = pl.concat([normalise(decoded(span)).frame for span in spans])
    assert together.equals(apart)


def test_a_fetch_that_tells_what_a_background_response_used_has_its_tokens_and_no_duration():
    row = call(**{
        "gen_ai.operation.name": "fetch_response", "gen_ai.usage.input_tokens": 9, "gen_ai.usage.output_tokens": 87,
    })  # fmt: skip
    assert (row["category"], row["input_tokens"], row["output_tokens"]) == ("llm", 9, 87)
    assert (row["duration_ns"], row["ttft_ns"]) == (None, None)


def test_a_fetch_that_tells_no_output_is_nothing_to_count():
    row = call(**{"gen_ai.operation.name": "fetch_response", "gen_ai.usage.input_tokens": 9})
    assert (row["category"], row["input_tokens"], row["duration_ns"]) == (None, None, 2 * SECOND_NS)


def test_a_tool_span_tells_its_arguments_as_a_digest_only():
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
    first = only(normalise(decoded({**tool, "gen_ai.tool.call.arguments": '{"q": "x", "n": 1}'})).frame)
    second = only(normalise(decoded({**tool, "gen_ai.tool.call.arguments": '{"n":1,"q":"x"}'})).frame)
    assert first["tool_arguments"] == second["tool_arguments"]
    assert len(first["tool_arguments"]) == 16
    assert only(normalise(decoded(tool)).frame)["tool_arguments"] is None


def test_who_asked_and_which_attempt_it_was_are_told():
    row = call(**{"user.id": "u-1", "http.request.resend_count": 2})
    assert (row["user"], row["resends"]) == ("u-1", 2)
