from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_call_of_semantic_kernel_is_read():
    span = {
        "name": "chat.completions gpt-4o",
        "scope_name": "semantic_kernel.utils.telemetry",
        "gen_ai.system": "openai",
        "gen_ai.response.finish_reason": "FinishReason.STOP,x",
        "gen_ai.usage.input_tokens": 11,
    }
    expected = {"dialect": "microsoft", "category": "llm", "operation": "chat", "input_tokens": 11}
    assert read(span, expected) == expected


def test_text_completions_is_text_completion():
    span = {"scope_name": "semantic_kernel.x", "gen_ai.operation.name": "text_completions"}
    expected = {"category": "llm", "operation": "text_completion"}
    assert read(span, expected) == expected


def test_an_agents_sum_is_no_call():
    span = {"scope_name": "agent_framework", "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 99}
    expected = {"dialect": "microsoft", "category": "agent", "input_tokens": 99}
    assert read(span, expected) == expected
