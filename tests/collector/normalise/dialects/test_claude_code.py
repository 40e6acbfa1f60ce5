from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_a_request_is_read_with_the_cache_added():
    span = {
        "name": "claude_code.llm_request",
        "span.type": "claude_code.llm_request",
        "gen_ai.system": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        "session.id": "s-1",
        "input_tokens": 10,
        "output_tokens": 7,
        "cache_read_tokens": 40,
        "cache_creation_tokens": 5,
        "ttft_ms": 250.0,
        "cost_usd": 0.25,
        "stop_reason": "tool_use",
    }
    expected = {
        "dialect": "claude_code",
        "category": "llm",
        "operation": "chat",
        "provider": "anthropic",
        "conversation_id": "s-1",
        "input_tokens": 55,
        "output_tokens": 7,
        "finish_reason": "tool_call",
        "ttft_ns": 250000000,
        "reported_cost_pico_usd": 250_000_000_000,
        "token_basis": "fixed",
    }
    assert read(span, expected) == expected


def test_the_same_bare_keys_mean_nothing_elsewhere():
    span = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "anthropic",
        "input_tokens": 10,
        "model": "x",
        "stop_reason": "y",
        "cost_usd": 0.25,
    }
    expected = {
        "dialect": "gen_ai",
        "input_tokens": None,
        "model": None,
        "finish_reason": None,
        "reported_cost_pico_usd": None,
    }
    assert read(span, expected) == expected


def test_waiting_for_the_user_is_no_tool():
    span = {"span.type": "claude_code.tool.blocked_on_user"}
    expected = {"category": None, "operation": "wait"}
    assert read(span, expected) == expected


def test_newer_releases_leave_the_owner_of_a_type_out():
    span = {"scope_name": "com.anthropic.claude_code.tracing", "span.type": "llm_request", "input_tokens": 10}
    expected = {"dialect": "claude_code", "category": "llm", "operation": "chat", "input_tokens": 10}
    assert read(span, expected) == expected
    tool = {"scope_name": "com.anthropic.claude_code.tracing", "span.type": "tool", "tool_name": "Read"}
    assert read(tool, {"category", "tool"}) == {"category": "tool", "tool": "Read"}
