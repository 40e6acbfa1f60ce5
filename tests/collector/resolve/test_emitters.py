from spanwise_collector.resolve.emitters import FIRST_TOKENS_TWICE, NOT_AROUND, emitter_code


def test_spans_of_one_scope_share_a_number_and_no_scope_has_none():
    assert emitter_code("litellm") == emitter_code("litellm") != emitter_code("langsmith")
    assert emitter_code(None) == emitter_code("") == 0


def test_what_is_known_of_emitters_is_known_by_their_number():
    assert emitter_code("litellm") in NOT_AROUND
    assert emitter_code("spanwise") not in NOT_AROUND
    assert emitter_code("opentelemetry.instrumentation.anthropic") in FIRST_TOKENS_TWICE
