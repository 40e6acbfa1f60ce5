import pytest

from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_model_is_read_out_of_its_output():
    span = {
        "genkit:name": "googleai/gemini-2.5-flash",
        "genkit:metadata:subtype": "model",
        "genkit:output":
            '{"finishReason": "stop", "usage": {"inputTokens": 11, "outputTokens": 7, "thoughtsTokens": 2}}',
    }  # fmt: skip
    expected = {
        "dialect": "genkit",
        "category": "llm",
        "operation": "chat",
        "provider": "gcp.gemini",
        "model": "googleai/gemini-2.5-flash",
        "finish_reason": "stop",
        "tool": None,
        "input_tokens": 11,
        "output_tokens": 7,
        "reasoning_tokens": 2,
    }
    assert read(span, expected) == expected


@pytest.mark.parametrize("kind", ["tool", "tool.v2"])
def test_a_tool_has_the_name(kind):
    span = {"genkit:name": "search", "genkit:metadata:subtype": kind}
    expected = {"category": "tool", "tool": "search", "model": None}
    assert read(span, expected) == expected
