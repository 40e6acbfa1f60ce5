import asyncio
from dataclasses import dataclass

import aiohttp
import httpx
import httpx2
import pytest
import requests
from opentelemetry import context as otel_context

from spanwise import propagation
from tests.support.provider import Fault

ASK = {"model": "gpt-4o", "messages": []}
STREAM = {**ASK, "stream": True}
THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass
class Url:
    host: str
    port: int | None = None
    scheme: str = "https"


def by_httpx2(url, body, headers):
    httpx2.post(url, json=body, headers=headers)


def by_httpx_async(url, body, headers):
    async def run():
        async with httpx.AsyncClient() as client:
            await client.post(url, json=body, headers=headers)

    asyncio.run(run())


def by_aiohttp(url, body, headers):
    async def run():
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as answer:
            await answer.read()

    asyncio.run(run())


def by_requests(url, body, headers):
    assert requests.post(url, json=body, headers=headers, timeout=30).content


@pytest.fixture(params=[by_httpx2, by_httpx_async, by_aiohttp, by_requests])
def post(request, provider):
    def post(body, headers=None):
        request.param(f"{provider.base_url}/chat/completions", body, headers)
        return [asked.headers.get("traceparent") for asked in provider.requests]

    return post


def test_nobody_is_told_unless_asked(post, instrumented):
    instrumented()
    assert post(ASK) == [None]


@pytest.mark.parametrize("body", [ASK, STREAM])
def test_gateway_is_told_the_span_of_its_own_attempt(post, instrumented, monkeypatch, body):
    monkeypatch.setenv("SPANWISE_PROPAGATE", "127.0.0.1")
    spans = instrumented()
    (told,) = post(body)
    context = spans.one().get_span_context()
    assert told == f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def test_second_try_without_our_option_tells_the_same_span(post, provider, instrumented, monkeypatch):
    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    provider.refuses_stream_options = True
    spans = instrumented()
    first, second = post(STREAM)
    assert first == second
    assert f"{spans.one().get_span_context().span_id:016x}" in first


def test_what_the_program_says_itself_is_kept(post, instrumented, monkeypatch):
    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    instrumented()
    assert post(ASK, {"Traceparent": THEIRS}) == [THEIRS]


def test_signed_request_is_left_as_it_was_signed(post, instrumented, monkeypatch):
    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    instrumented()
    assert post(ASK, {"Authorization": "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b"}) == [None]


def test_request_that_is_sent_again_tells_of_each_attempt_and_is_the_programs_own(provider, instrumented, monkeypatch):
    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    instrumented()
    provider.script = [Fault(status=500)]
    with httpx2.Client() as client:
        request = client.build_request("POST", f"{provider.base_url}/chat/completions", json=ASK)
        client.send(request)
        client.send(request)
    first, second = (asked.headers["traceparent"] for asked in provider.requests)
    assert first != second
    assert "traceparent" not in request.headers


def test_propagators_of_the_program_are_the_ones_that_speak(provider, instrumented, monkeypatch):
    from opentelemetry import propagate
    from opentelemetry.baggage import set_baggage
    from opentelemetry.baggage.propagation import W3CBaggagePropagator

    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    before = propagate.get_global_textmap()
    propagate.set_global_textmap(W3CBaggagePropagator())
    instrumented()
    token = otel_context.attach(set_baggage("tenant", "acme"))
    try:
        httpx2.post(f"{provider.base_url}/chat/completions", json=ASK)
    finally:
        otel_context.detach(token)
        propagate.set_global_textmap(before)
    headers = provider.requests[0].headers
    assert (headers["baggage"], headers.get("traceparent")) == ("tenant=acme", None)


@pytest.mark.parametrize(
    ("asked", "url", "told"),
    [
        ("gateway.internal", Url("gateway.internal"), True),
        ("gateway.internal", Url("eu.Gateway.internal"), True),
        ("gateway.internal", Url("notgateway.internal"), False),
        ("gateway.internal:8000", Url("gateway.internal", 8000), True),
        ("gateway.internal:8000", Url("gateway.internal", 8001), False),
        ("gateway.internal:443", Url("gateway.internal"), True),
        ("all", Url("api.openai.com"), True),
    ],
)
def test_hosts_are_told_by_name_with_all_below_or_by_port(asked, url, told):
    propagation.configure((asked,))
    try:
        assert propagation._asked_for(url) is told
    finally:
        propagation.configure(())


def test_propagator_that_is_not_installed_is_told(monkeypatch, spans):
    import spanwise

    monkeypatch.setenv("SPANWISE_PROPAGATE", "all")
    monkeypatch.setenv("OTEL_PROPAGATORS", "tracecontext,b3")
    with pytest.raises(ValueError, match="OTEL_PROPAGATORS: got 'b3', expected one of baggage, none, tracecontext"):
        spanwise.instrument(tracer_provider=spans.provider)
