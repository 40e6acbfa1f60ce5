import json

import msgspec
import pytest

from spanwise.apis.api import Answer
from spanwise.apis.openai_wire import (
    CompletionUsage,
    ask_for_usage,
    deployment_of,
    error_type,
    prompt_bytes,
    text_bytes,
    told_error,
)


def folded(**usage) -> Answer:
    answer = Answer()
    msgspec.convert(usage, CompletionUsage).fold(answer)
    return answer


def test_openais_counts_stand_as_they_are():
    answer = folded(
        prompt_tokens=1117,
        completion_tokens=46,
        total_tokens=1163,
        prompt_tokens_details={"cached_tokens": 1024, "cache_write_tokens": 0, "audio_tokens": 0},
        completion_tokens_details={"reasoning_tokens": 20, "accepted_prediction_tokens": 0},
    )
    assert (answer.input_tokens, answer.output_tokens, answer.reasoning_tokens) == (1117, 46, 20)
    assert (answer.cache_read_tokens, answer.cache_write_tokens) == (1024, 0)


def test_reasoning_beside_the_output_is_put_into_it():
    """xAI: 10120 prompt + 1499 completion + 2809 reasoning = 14428 total."""
    answer = folded(
        prompt_tokens=10120,
        completion_tokens=1499,
        total_tokens=14428,
        completion_tokens_details={"reasoning_tokens": 2809},
    )
    assert (answer.output_tokens, answer.reasoning_tokens) == (4308, 2809)


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 3}, "cached_tokens": 9}, 3),
        ({"prompt_tokens_details": {}, "prompt_cache_hit_tokens": 4}, 4),
        ({"cached_tokens": 5}, 5),
        ({"cached_tokens": 0}, 0),
        ({}, None),
    ],
)
def test_cached_tokens_are_read_where_each_provider_puts_them(usage, read):
    assert folded(prompt_tokens=9, completion_tokens=1, **usage).cache_read_tokens == read


@pytest.mark.parametrize(
    ("usage", "written"),
    [
        ({"prompt_tokens_details": {"cache_write_tokens": 0}, "cache_creation_input_tokens": 9}, 0),
        ({"prompt_tokens_details": {"cached_tokens": 0, "cache_creation_input_tokens": 1605}}, 1605),
        ({"cache_creation_input_tokens": 5, "cache_read_input_tokens": 0}, 5),
        ({}, None),
    ],
    ids=["openai", "dashscope", "litellm", "none"],
)
def test_tokens_written_to_a_cache_are_read_where_each_provider_puts_them(usage, written):
    assert folded(prompt_tokens=9, completion_tokens=1, **usage).cache_write_tokens == written


@pytest.mark.parametrize("bad", [-1, "5", 0.5, False, {}])
def test_count_that_is_none_is_not_known(bad):
    answer = folded(prompt_tokens=bad, completion_tokens=3)
    assert (answer.input_tokens, answer.output_tokens) == (None, 3)


@pytest.mark.parametrize(
    "body",
    [
        '{"model":"m","stream":true,"messages":[{"content":"\\u00e9 {"}]}',
        ' {\n "stream" : true, "big": 12345678901234567890, "x": 1.10 }',
        '{"stream":true,"stream_options":null}',
        '{"stream":true,"stream_options":{"include_obfuscation":false}}',
        "{}",
    ],
)
def test_asking_for_usage_changes_nothing_else(body):
    changed = json.loads(ask_for_usage(body.encode()))
    before = json.loads(body)
    assert changed["stream_options"].pop("include_usage") is True
    assert changed.pop("stream_options") == (before.pop("stream_options", None) or {})
    assert changed == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream_options":{"include_usage":true}}',
        b'{"stream_options":{"include_usage":false}}',
        b'{"stream_options":7}',
        b"{",
        b"[]",
        b"\xff",
        b"",
        b'{"stream_options":null,"\xff":1}',
        b'{"stream_options":{"\xff":1}}',
    ],
)
def test_usage_is_not_asked_for_where_the_caller_has_decided_or_the_body_is_odd(body):
    assert ask_for_usage(body) is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/openai/deployments/gpt-4o/chat/completions", "gpt-4o"),
        ("/openai/deployments/my%20gpt/embeddings", "my gpt"),
        ("/openai/deployments//embeddings", None),
        ("/openai/v1/chat/completions", None),
    ],
)
def test_deployment_is_named_in_the_path(path, name):
    assert deployment_of(path) == name


def test_text_is_counted_in_bytes_and_images_are_not():
    value = [{"type": "text", "text": "Grüße"}, {"type": "image_url", "image_url": {"url": "data:…"}}, 5, None]
    assert text_bytes({"role": "user", "content": value}) == 7


def test_token_numbers_count_as_tokens():
    assert [prompt_bytes(value) for value in ("ab", ["ab", "c"], [7, 8], [[7], [8, 9]], None, [])] == [
        2,
        3,
        8,
        12,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        ({"code": "rate_limit_exceeded", "type": "tokens"}, "rate_limit_exceeded"),
        ({"code": None, "type": "server_error"}, "server_error"),
        ({"code": 429, "message": "no"}, "429"),
        ({"code": {}, "type": 5}, "stream_error"),
        ("boom", "stream_error"),
        (None, "stream_error"),
    ],
)
def test_error_is_named_in_the_providers_words(error, name):
    assert error_type(error) == name


def test_thinking_among_the_content_is_text():
    """Mistral's reasoning models answer with a list of parts."""
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "So"}]
    assert text_bytes(parts) == 4


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b'{"error":{"message":"Provider returned error","code":502}}', "502"),
        (b'{"error":"overloaded"}', "stream_error"),
        (b'{"error":null,"id":"x"}', None),
        (b"{}", None),
        (b"<html>", None),
    ],
)
def test_error_told_in_a_good_answers_place_is_named(body, name):
    assert told_error(body) == name
