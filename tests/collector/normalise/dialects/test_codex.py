from spanwise_collector.normalise import normalise
from tests.collector.normalise.frames import decoded, only


def read(span, expected):
    row = only(normalise(decoded(span)).frame)
    return {name: row[name] for name in expected}


def test_an_attempt_is_a_call_whose_tokens_an_event_tells():
    span = {"name": "try_run_sampling_request", "resource.service.name": "codex_exec", "model": "gpt-5-codex"}
    expected = {
        "dialect": "codex",
        "category": "llm",
        "operation": "chat",
        "model": "gpt-5-codex",
        "input_tokens": None,
    }
    assert read(span, expected) == expected


def test_the_pieces_of_an_answer_are_no_calls():
    span = {
        "name": "handle_responses",
        "resource.service.name": "codex_exec",
        "gen_ai.usage.input_tokens": 11,
    }
    expected = {"dialect": "codex", "category": None, "input_tokens": None}
    assert read(span, expected) == expected


def test_an_answer_is_read():
    span = {
        "spanwise.event": "codex.sse_event",
        "gen_ai.operation.name": "chat",
        "model": "gpt-5-codex",
        "conversation.id": "c-1",
        "input_token_count": 11,
        "output_token_count": 7,
        "cached_token_count": 4,
        "reasoning_token_count": 2,
        "tool_token_count": 18,
    }
    expected = {
        "dialect": "codex",
        "category": "llm",
        "model": "gpt-5-codex",
        "conversation_id": "c-1",
        "input_tokens": 11,
        "output_tokens": 7,
        "cache_read_tokens": 4,
        "reasoning_tokens": 2,
        "token_basis": "inclusive",
    }
    assert read(span, expected) == expected
