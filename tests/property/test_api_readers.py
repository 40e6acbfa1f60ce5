"""Whatever a caller sends and a provider answers, no reader of an API raises, and no count is out of reason."""

import json
import math
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanwise.apis import registry
from spanwise.apis.api import Answer, Asked
from tests.support import openai_answers, provider
from tests.support.protocols import anthropic, bedrock, cohere, dashscope, gemini, ollama
from tests.support.protocols.shape import Call, Reply, Say

TURN = [{"role": "user", "content": "Where?"}, {"role": "tool", "tool_call_id": "c", "content": "east"}]
ASKED = {"model": "m", "messages": TURN, "input": "Where?", "prompt": "Where?", "stream": True, "max_tokens": 5}
CALLS: tuple[tuple[Callable[[Call, Say], Reply], str, dict], ...] = (
    (anthropic.answer, "/v1/messages", ASKED),
    (bedrock.answer, "/model/amazon.nova-lite-v1:0/converse", {"messages": TURN}),
    (bedrock.answer, "/model/anthropic.claude-sonnet-4-5-20250929-v1:0/invoke", {"messages": TURN}),
    (cohere.answer, "/v2/chat", ASKED),
    (dashscope.answer, "/api/v1/services/aigc/text-generation/generation", {"model": "m", "input": {"messages": TURN}}),
    (gemini.answer, "/v1beta/models/m:generateContent", {"contents": [{"parts": [{"text": "Where?"}]}]}),
    (ollama.answer, "/api/chat", ASKED),
)
INT64 = 1 << 63
COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
)

texts = st.text('a1{".κ漢🦜\x00', max_size=6)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=5
)


def told_by_openai() -> Iterator[object]:
    yield provider.completion()
    yield {
        **provider.completion(),
        "usage": {"cost": 0.5, "is_byok": True, "cost_details": {"upstream_inference_cost": 1}},
    }
    yield {**provider.completion(), "usage": {"cost_in_usd_ticks": 9}}
    yield from (json.loads(event[6:]) for event in provider.events(usage=True)[:-1])
    for body in ({}, {"tools": [{"name": "lookup"}]}, {"background": True}):
        yield openai_answers.answer("/responses", body)
        yield from (json.loads(event.split(b"data: ")[1]) for event in openai_answers.response_events(body))
    yield openai_answers.answer("/embeddings", {"input": ["a"]})
    yield openai_answers.answer("/completions", {})


def told_by_others() -> Iterator[object]:
    for answer, path, body in CALLS:
        for say in (Say(), Say(tool=("c", "lookup", "{}"))):
            reply = answer(Call(path, "", {}, json.dumps(body).encode()), say)
            for line in b"".join(reply.parts).splitlines():
                if line.startswith((b"{", b"data: {")):
                    yield json.loads(line.removeprefix(b"data: "))


RESULT = {"type": "function_call_output", "call_id": "c", "output": "east"}
ASKED_RESPONSE = {
    "model": "m",
    "input": [RESULT],
    "stream_options": {"include_obfuscation": False},
    "conversation": "c",
}
DOCUMENTS = [ASKED, ASKED_RESPONSE, *(body for _, _, body in CALLS), *told_by_openai(), *told_by_others()]
PATHS = ("/v1/chat/completions", "/openai/deployments/%ff/embeddings", "/model/%3a/invoke", "/v1beta/models/:x", "")


def places(document: object, at: tuple = ()) -> Iterator[tuple]:
    yield at
    members = document.items() if isinstance(document, dict) else ()
    for key, inner in [*members, *(enumerate(document) if isinstance(document, list) else ())]:
        yield from places(inner, (*at, key))


def changed(document: object, at: tuple, value: object) -> object:
    if not at:
        return value
    copy = document.copy()
    copy[at[0]] = changed(document[at[0]], at[1:], value)
    return copy


@st.composite
def spoilt(draw) -> bytes:
    """Give a true document with one member replaced, or cut short, or with a byte that is none."""
    document = draw(st.sampled_from(DOCUMENTS))
    at = draw(st.sampled_from(list(places(document))))
    data = json.dumps(changed(document, at, draw(anything)), ensure_ascii=draw(st.booleans())).encode(
        "utf-8", "replace"
    )
    cut = draw(st.integers(0, len(data)))
    return draw(st.sampled_from((data, data[:cut], data[:cut] + b"\xff" + data[cut:])))


def check(answer: Answer) -> None:
    for name in COUNTS:
        tokens = getattr(answer, name)
        assert tokens is None or (type(tokens) is int and 0 <= tokens < INT64), name
    for name in ("model", "response_id", "service_tier", "status", "error_type"):
        assert isinstance(getattr(answer, name), str | None), name
    assert answer.cost_usd is None or (type(answer.cost_usd) is float and 0 <= answer.cost_usd < math.inf)
    assert answer.output_bytes >= 0
    assert all(isinstance(reason, str) for reason in answer.finish_reasons.values())
    for call in answer.tool_calls.values():
        assert isinstance(call.id, str | None)
        assert isinstance(call.name, str | None)


@pytest.mark.parametrize("api", registry.APIS, ids=lambda api: type(api).__name__)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=spoilt(), path=st.sampled_from(PATHS))
def test_no_body_and_no_event_makes_a_reader_raise(api, body, path):
    asked = api.read_request(path, body)
    assert isinstance(asked, Asked)
    assert isinstance(asked.model, str | None)
    assert type(asked.stream) is bool
    assert api.input_bytes(body) >= 0
    assert isinstance(api.ask_for_usage(body), bytes | None)
    answer = Answer()
    assert type(api.fold_body(body, answer)) is bool
    check(answer)
    answer = Answer()
    assert type(api.fold_event(body, answer)) is bool
    check(answer)
    api.fold_event(body, answer)
    check(answer)
