"""Bedrock, Cohere, Ollama and DashScope over real sockets: the span tells what the provider meant."""

import json

import httpx
import pytest
from opentelemetry.trace import StatusCode

from tests.support.own_calls import PLAIN, STREAMED, TOOL, TOOLED
from tests.support.protocols import server
from tests.support.protocols.shape import Say


@pytest.fixture
def speaker():
    with server.serve() as running:
        yield running


@pytest.fixture
def client(speaker):
    with httpx.Client(base_url=speaker.address) as made:
        yield made


def drain(client, case) -> bytes:
    path, body, headers = case
    with client.stream("POST", path, json=body, headers=headers) as response:
        return b"".join(response.iter_raw())


def agrees(span, told) -> None:
    attributes = {key: list(value) if isinstance(value, tuple) else value for key, value in span.attributes.items()}
    assert {key: attributes.get(key) for key in told} == dict(told)
    assert not attributes.keys() & {"error.type"} - told.keys()


@pytest.mark.parametrize("name", PLAIN)
def test_plain_answer_is_told_as_it_was_meant(speaker, client, spans, name):
    path, body, headers = PLAIN[name]
    response = client.post(path, json=body, headers=headers)
    (exchange,) = speaker.exchanges
    assert response.content == exchange.reply.parts[0]
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert "gen_ai.request.stream" not in span.attributes
    if name != "cohere rerank":  # which bills searches, and tells no tokens
        assert "spanwise.usage.estimated" not in span.attributes


@pytest.mark.parametrize("name", STREAMED)
def test_stream_is_passed_on_untouched_and_told_as_it_was_meant(speaker, client, spans, name):
    read = drain(client, STREAMED[name])
    (exchange,) = speaker.exchanges
    assert read == b"".join(exchange.reply.parts)
    assert json.loads(exchange.call.body) == STREAMED[name][1]
    span = spans.one()
    agrees(span, exchange.reply.told)
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert "spanwise.usage.estimated" not in span.attributes


@pytest.mark.parametrize("name", TOOLED)
def test_tool_call_in_a_stream_is_told_as_it_was_meant(speaker, client, spans, name):
    speaker.play(Say(tool=TOOL))
    drain(client, STREAMED[name])
    agrees(spans.one(), speaker.exchanges[0].reply.told)


@pytest.mark.parametrize("name", STREAMED)
def test_stream_left_early_is_estimated_and_no_error(client, spans, name):
    path, body, headers = STREAMED[name]
    with client.stream("POST", path, json=body, headers=headers) as response:
        for _ in response.iter_raw(16):
            break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    if "dashscope" not in name:  # which tells the usage so far with every event
        assert span.attributes["spanwise.usage.estimated"] is True


@pytest.mark.parametrize("name", STREAMED)
def test_refusal_is_the_error(speaker, client, spans, name):
    speaker.play(Say(status=429))
    path, body, headers = STREAMED[name]
    assert client.post(path, json=body, headers=headers).status_code == 429
    span = spans.one()
    agrees(span, {"error.type": "429"})
    assert span.status.status_code is StatusCode.ERROR


@pytest.mark.parametrize(
    ("name", "provider"),
    [("converse", "aws.bedrock"), ("cohere", "cohere"), ("ollama chat", "ollama"), ("dashscope", "dashscope")],
)
def test_provider_of_an_unknown_host_is_the_one_who_speaks_so(client, spans, name, provider):
    drain(client, STREAMED[name])
    assert spans.one().attributes["gen_ai.provider.name"] == provider
