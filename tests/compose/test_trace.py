"""A trace of the API as a frame."""

from spanwise_schema.columns import STORED
from spanwise_stack.trace import frame

TRACE = {
    "trace_id": "0a" * 16,
    "spans": [
        {
            "span_id": "01" * 8, "parent_span_id": None, "name": "invoke_agent a", "start_ns": 10, "end_ns": 40,
            "call": {"category": "agent", "agent": "a", "duration_ns": 30}, "cost_usd": None, "cost_source": None,
        },
        {
            "span_id": "02" * 8, "parent_span_id": "01" * 8, "name": "chat m", "start_ns": 12, "end_ns": 30,
            "call": {"category": "llm", "model": "m", "input_tokens": 7, "stream": True},
            "cost_usd": 0.000123, "cost_source": "computed",
        },
    ],
}  # fmt: skip


def test_it_has_the_stored_columns_and_what_the_api_says():
    found = frame(TRACE)
    assert found.columns == list(STORED)
    assert found["trace_id"].to_list() == [b"\x0a" * 16] * 2
    assert found["parent_span_id"].to_list() == [None, b"\x01" * 8]
    assert found["category"].to_list() == ["agent", "llm"]
    assert found["input_tokens"].to_list() == [None, 7]
    assert found["cost_pico_usd"].to_list() == [None, 123_000_000]
