"""Anthropic and Gemini over real sockets: the span tells what the provider meant."""

import httpx
import httpx2
import pytest
from opentelemetry.trace import StatusCode

from tests.support.protocols import anthropic, server
from tests.support.protocols.shape import Reply, Say

CLAUDE = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 99,
    "messages": [{"role": "user", "content": "Where does the Danube flow?"}],
}
VERTEX_CLAUDE = {"anthropic_version": "vertex-2023-10-16", "max_tokens": 99, "messages": CLAUDE["messages"]}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Where does the Danube flow?"}]}]}
CONTENT = {"parts": [{"text": "Danube"}]}
STUDIO = "/v1beta/models"
VERTEX = "/v1/projects/p/locations/l/publishers"
TOOL = ("toolu_1", "weather", '{"city":"Wien"}')

PLAIN = {
    "anthropic": ("/v1/messages", CLAUDE),
    "anthropic on vertex": (f"{VERTEX}/anthropic/models/claude-sonnet-4-5@20250929:rawPredict", VERTEX_CLAUDE),
    "gemini": (f"{STUDIO}/gemini-2.5-flash:generateContent", GEMINI),
    "gemini on vertex": (f"{VERTEX}/google/models/gemini-2.5-flash:generateContent", GEMINI),
    "gemini embed": (f"{STUDIO}/gemini-embedding-001:embedContent", {"content": CONTENT}),
    "gemini embed many": (
        f"{STUDIO}/gemini-embedding-001:batchEmbedContents",
        {"requests": [{"content": CONTENT}] * 2},
    ),
    "vertex embed": (f"{VERTEX}/google/models/text-embedding-005:predict", {"instances": [{"content": "Danube"}] * 2}),
}
STREAMED = {
    "anthropic": ("/v1/messages", {**CLAUDE, "stream": True}),
    "anthropic on vertex": (
        f"{VERTEX}/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict",
        {**VERTEX_CLAUDE, "stream": True},
    ),
    "gemini": (f"{STUDIO}/gemini-2.5-flash:streamGenerateContent?alt=sse", GEMINI),
    "gemini as array": (f"{STUDIO}/gemini-2.5-flash:streamGenerateContent", GEMINI),
    "gemini on vertex": (f"{VERTEX}/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse", GEMINI),
}


@pytest.fixture
def speaker():
    with server.serve() as running:
        yield running


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def client(request, speaker):
    with request.param.Client(base_url=speaker.address) as made:
        yield made


def drain(client, case) -> bytes:
    path, body = case
    with client.stream("POST", path, json=body) as response:
        return b"".join(response.iter_raw())


def agrees(span, told) -> None:
    attributes = {key: list(value) if isinstance(value, tuple) else value for key, value in span.attributes.items()}
    assert {key: attributes.get(key) for key in told} == dict(told)
    assert not attributes.keys() & {"error.type", "spanwise.usage.estimated"} - told.keys()


@pytest.mark.parametrize("name", PLAIN)
def test_plain_answer_is_told_as_it_was_meant(speaker, client, spans, name):
    path, body = PLAIN[name]
    response = client.post(path, json=body)
    (exchange,) = speaker.exchanges
    assert response.content == exchange.reply.parts[0]
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert "gen_ai.request.stream" not in span.attributes


@pytest.mark.parametrize("name", STREAMED)
def test_stream_is_passed_on_untouched_and_told_as_it_was_meant(speaker, client, spans, name):
    read = drain(client, STREAMED[name])
    (exchange,) = speaker.exchanges
    assert read == b"".join(exchange.reply.parts)
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0


@pytest.mark.parametrize("name", [*STREAMED, *[name for name in PLAIN if "embed" not in name]])
def test_tool_call_is_told_as_it_was_meant(speaker, client, spans, name):
    speaker.play(Say(tool=TOOL))
    drain(client, STREAMED.get(name) or PLAIN[name])
    agrees(spans.one(), speaker.exchanges[0].reply.told)


@pytest.mark.parametrize("name", PLAIN)
def test_refusal_is_an_error_by_its_status(speaker, client, spans, name):
    path, body = PLAIN[name]
    speaker.play(Say(status=429))
    assert client.post(path, json=body).status_code == 429
    agrees(spans.one(), {"error.type": "429"})


@pytest.mark.parametrize("name", STREAMED)
def test_stream_left_early_is_estimated_and_no_error(client, spans, name):
    path, body = STREAMED[name]
    with client.stream("POST", path, json=body) as response:
        for _ in response.iter_raw(16):
            break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["spanwise.usage.estimated"] is True
    assert span.attributes["gen_ai.usage.input_tokens"] > 0


def test_error_inside_a_stream_is_told_by_the_providers_name_with_the_tokens_so_far(
    speaker, client, spans, monkeypatch
):
    events = anthropic.events(Say())[:4]
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    broken = Reply(tuple(anthropic.sse([*events, error])), "text/event-stream", streamed=True)
    monkeypatch.setattr(speaker, "answer", lambda _: broken)
    assert b"overloaded_error" in drain(client, STREAMED["anthropic"])
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "overloaded_error"
    assert span.attributes["gen_ai.usage.input_tokens"] == Say().input_tokens
    assert span.attributes["spanwise.usage.estimated"] is True


@pytest.mark.parametrize("path", ["/v1/messages/count_tokens", f"{STUDIO}/gemini-2.5-flash:countTokens"])
def test_counting_tokens_is_no_call_of_a_model(client, spans, path):
    client.post(path, json=CLAUDE)
    assert not spans.all()
