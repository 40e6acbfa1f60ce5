import json

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanwise import exchange, providers
from spanwise.apis import registry, strangers
from tests.support.own_calls import ASK, PLAIN, STREAMED

# Requests as SDKs send them, to paths that applications give to services of their own too.
SHARED = {
    **{
        name: case[:2]
        for name, case in {**PLAIN, **{f"{name} streamed": case for name, case in STREAMED.items()}}.items()
        if name.startswith(("cohere", "ollama"))
    },
    "anthropic": ("/v1/messages", {**ASK, "model": "claude-sonnet-4-5", "max_tokens": 99}),
    "responses": ("/v1/responses", {"model": "gpt-5", "input": "Where?"}),
    "responses of turns": ("/v1/responses", {"model": "gpt-5", "input": ASK["messages"], "stream": True}),
    "interactions": ("/v1beta/interactions", {"model": "gemini-2.5-flash", "input": "Where?"}),
    "compaction": ("/v1/responses/compact", {"model": "gpt-5", "input": ASK["messages"]}),
    "completions": ("/v1/completions", {"model": "davinci-002", "prompt": "Where?"}),
    "completions of tokens": ("/v1/completions", {"model": "davinci-002", "prompt": [1, 2, 3]}),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": ["a", "b"]}),
    "embeddings of a text": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}),
    "older ollama": ("/api/embeddings", {"model": "nomic-embed-text", "prompt": "a"}),
    "ollama of texts": ("/api/embed", {"model": "nomic-embed-text", "input": ["a", "b"]}),
    "cohere embed of images": ("/v2/embed", {"model": "embed-v4.0", "images": ["data:image/png;base64,AA=="]}),
}
INPUTS = {
    *("messages", "message", "input", "prompt", "query", "documents", "texts", "inputs", "images"),
    *("previous_response_id", "conversation", "model"),
}
# What applications of people send to paths of that name.
OTHERS = [
    ("/api/chat", {"messages": [{"role": "user", "parts": [{"type": "text", "text": "hi"}]}], "id": "c1"}),
    ("/api/chat", {"message": "hi", "session_id": "s1"}),
    ("/api/chat", {"model": "m", "question": "hi"}),
    ("/api/chat", {"model": {"name": "m"}, "messages": []}),
    ("/v1/chat", {"message": "hi", "user": "u1"}),
    ("/api/generate", {"template": "invoice", "format": "pdf"}),
    ("/v1/messages", {"to": "+4312345", "text": "Your code is 1234"}),
    ("/v1/messages", {"model": "sms", "messages": "hi"}),
    ("/v1/responses", {"survey": 7, "answers": [1, 2]}),
    ("/api/embed", {"url": "https://example.org/video"}),
    ("/v1/embeddings", {"documents": ["a"]}),
    ("/v1/completions", {"course": 12, "done": True}),
    ("/api/interactions", {"user": 7, "kind": "click", "input": {"x": 1}}),
    ("/v1/rerank", {"query": "q", "ids": [1, 2]}),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)
MEMBERS = st.dictionaries(st.text(max_size=9).filter(lambda name: name not in INPUTS), JSON, max_size=4)
BODIES = pytest.mark.parametrize("name", SHARED)


def is_call(path: str, body: object) -> bool:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    api = registry.find("POST", path)
    assert api is not None
    return strangers.calls(path, api.read_request(path, data), data)


@BODIES
@settings(deadline=None, max_examples=20)
@given(more=MEMBERS)
def test_request_of_an_sdk_is_a_call_whatever_it_says_besides(name, more):
    path, body = SHARED[name]
    assert is_call(path, {**more, **body})


@BODIES
@settings(deadline=None, max_examples=20)
@given(more=MEMBERS)
def test_request_without_a_model_or_without_input_is_a_strangers(name, more):
    path, body = SHARED[name]
    inputs = {member for member in body if member in INPUTS} - {"model", "query"}
    assert not is_call(path, {**more, **{member: body[member] for member in body if member != "model"}})
    assert not is_call(path, {**more, **{member: body[member] for member in body if member not in inputs}})


@BODIES
@settings(deadline=None, max_examples=20)
@given(junk=st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_input_that_is_neither_text_nor_list_is_a_strangers(name, junk):
    path, body = SHARED[name]
    assert not is_call(path, {member: junk if member != "model" else told for member, told in body.items()})


@pytest.mark.parametrize(("path", "body"), OTHERS)
def test_request_of_an_application_to_its_own_service_is_no_call(path, body):
    assert not is_call(path, body)


@pytest.mark.parametrize("body", [b"", b"text=hi", b"{", b"[]", b'"\xff"', b"[" * 9999])
def test_what_is_no_object_is_no_call_at_a_shared_path(body):
    assert not is_call("/api/chat", body)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions",
        "/v1/agents/completions",
        "/v1beta/models/gemini-2.5-flash:generateContent",
        "/model/meta.llama3-8b-instruct-v1%3A0/invoke",
    ],
)
def test_path_that_nobody_else_uses_is_believed(path):
    assert is_call(path, b"")


def test_deployment_in_the_path_is_a_model(spans):
    del spans
    assert is_call("/openai/deployments/ada/embeddings", {"input": "a"})


def test_host_that_is_known_is_believed_and_an_unknown_one_is_not(spans):
    def begun(address: str, body: bytes | None = b'{"message":"hi"}') -> bool:
        call = exchange.begin("POST", httpx2.URL(address), httpx2.Headers(), body)
        if call is not None:
            call.attempt.end()
        return call is not None

    assert not begun("http://app.internal/v1/chat")
    assert begun("https://api.cohere.com/v1/chat")
    assert begun("http://app.internal/v1/chat", None)  # what cannot be read is not plainly another's
    providers.configure({"app.internal": "mine"})
    try:
        assert begun("http://app.internal/v1/chat")
    finally:
        providers.configure({})
    assert len(spans.all()) == 3
