"""One behaviour for both clients, sync and async: what a raw HTTP caller sees, and what the span tells."""

import asyncio
import gc
import threading

import httpx
import httpx2
import pytest
from opentelemetry import context as otel_context
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.trace import StatusCode

import spanwise
from spanwise import exchange, guard
from spanwise.transports.on_httpx import TRANSPORT as ON_HTTPX
from spanwise.transports.on_httpx2 import TRANSPORT as ON_HTTPX2
from tests.support.provider import USAGE, WORDS, Fault, events

LIBRARIES = pytest.mark.parametrize("lib", [httpx, httpx2], ids=["httpx", "httpx2"])
ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
STREAM = {**ASK, "stream": True}


def url(provider) -> str:
    return f"{provider.base_url}/chat/completions"


@LIBRARIES
def test_plain_call_is_one_span_with_model_usage_and_address(lib, provider, spans):
    with lib.Client() as client:
        answer = client.post(url(provider), json=ASK).json()
    span = spans.one()
    assert answer["usage"] == USAGE
    assert span.name == "chat gpt-4o"
    assert span.kind.name == "CLIENT"
    assert span.instrumentation_scope.name == "spanwise"
    assert span.status.status_code is StatusCode.UNSET
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.response.id": "chatcmpl-p",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 11,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "openai.api.type": "chat_completions",
        "server.address": "127.0.0.1",
        "server.port": int(provider.base_url.split(":")[2].split("/")[0]),
    }


@LIBRARIES
async def test_async_plain_call_is_one_span(lib, provider, spans):
    async with lib.AsyncClient() as client:
        await client.post(url(provider), json=ASK)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@LIBRARIES
def test_caller_sees_its_own_request_and_never_the_usage_event(lib, provider, spans):
    with lib.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        seen = b"".join(response.iter_raw())
        sent = response.request.content
    expected = [event for event in events(usage=True) if b'"choices": []' not in event]
    assert seen == b"".join(expected)
    assert b"stream_options" not in sent
    assert provider.requests[0].body["stream_options"] == {"include_usage": True}
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.input_tokens"] == 11
    assert attributes["gen_ai.request.stream"] is True
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert "spanwise.usage.estimated" not in attributes


@LIBRARIES
async def test_async_caller_never_sees_the_usage_event(lib, provider, spans):
    async with lib.AsyncClient() as client, client.stream("POST", url(provider), json=STREAM) as response:
        seen = b"".join([raw async for raw in response.aiter_raw()])
    assert b'"choices": []' not in seen
    assert seen.endswith(b"data: [DONE]\n\n")
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@LIBRARIES
@pytest.mark.parametrize("pieces", [1, 7, 4096])
def test_usage_event_is_hidden_however_the_bytes_are_cut(lib, provider, spans, pieces):
    provider.script = [Fault(pieces=pieces)]
    with lib.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        seen = b"".join(response.iter_raw())
    assert seen == b"".join(event for event in events(usage=True) if b'"choices": []' not in event)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@LIBRARIES
def test_stream_read_as_a_whole_hides_the_usage_event_and_has_no_first_chunk_time(lib, provider, spans):
    with lib.Client() as client:
        body = client.post(url(provider), json=STREAM).content
    assert b'"choices": []' not in body
    assert body.endswith(b"data: [DONE]\n\n")
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.output_tokens"] == 7
    assert "gen_ai.response.time_to_first_chunk" not in attributes


@LIBRARIES
def test_caller_that_asks_for_usage_itself_gets_every_byte(lib, provider, spans):
    asked = {**STREAM, "stream_options": {"include_usage": True}}
    with lib.Client() as client, client.stream("POST", url(provider), json=asked) as response:
        seen = b"".join(response.iter_raw())
    assert seen == b"".join(events(usage=True))
    assert spans.one().attributes["gen_ai.usage.input_tokens"] == 11


@LIBRARIES
def test_caller_that_refuses_usage_gets_its_will_and_tokens_are_marked_estimated(lib, provider, spans):
    asked = {**STREAM, "stream_options": {"include_usage": False}}
    with lib.Client() as client, client.stream("POST", url(provider), json=asked) as response:
        response.read()
    attributes = spans.one().attributes
    assert provider.requests[0].body["stream_options"] == {"include_usage": False}
    assert attributes["spanwise.usage.estimated"] is True
    assert attributes["gen_ai.usage.output_tokens"] == -(-len("".join(WORDS)) // 4)
    assert attributes["gen_ai.response.finish_reasons"] == ("stop",)


def test_opt_out_leaves_the_request_alone(provider, spans):
    spanwise.instrument(tracer_provider=spans.provider, stream_usage=False, raise_faults=True)
    with httpx2.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        response.read()
    assert "stream_options" not in provider.requests[0].body
    assert spans.one().attributes["spanwise.usage.estimated"] is True


@LIBRARIES
@pytest.mark.parametrize("stream", [False, True])
def test_gzip_body_reaches_the_caller_as_it_was_sent(lib, provider, spans, stream):
    provider.script = [Fault(gzip=True)]
    body = {**STREAM, "stream_options": {"include_usage": True}} if stream else ASK
    with lib.Client() as client, client.stream("POST", url(provider), json=body) as response:
        raw = b"".join(response.iter_raw())
    assert raw[:2] == b"\x1f\x8b"
    assert response.headers["content-encoding"] == "gzip"
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@LIBRARIES
def test_usage_event_is_hidden_from_a_stream_compressed_against_our_asking(lib, provider, spans):
    provider.script = [Fault(gzip=True, pieces=64)]
    with lib.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        seen = response.read()
    assert provider.requests[0].headers["accept-encoding"] == "identity"
    assert seen == b"".join(event for event in events(usage=True) if b'"choices": []' not in event)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@LIBRARIES
@pytest.mark.parametrize("status", [400, 422])
def test_host_that_refuses_the_option_is_asked_again_without_it_and_remembered(lib, provider, spans, status):
    provider.refuses_stream_options, provider.refusal_status = True, status
    with lib.Client() as client:
        for _ in range(2):
            with client.stream("POST", url(provider), json=STREAM) as response:
                assert response.status_code == 200
                assert response.read().endswith(b"data: [DONE]\n\n")
    assert ["stream_options" in request.body for request in provider.requests] == [True, False, False]
    assert [span.status.status_code for span in spans.all()] == [StatusCode.UNSET] * 2
    assert all(span.attributes["spanwise.usage.estimated"] for span in spans.all())


async def test_async_host_that_refuses_the_option_is_asked_again_without_it(provider, spans):
    provider.refuses_stream_options = True
    async with httpx2.AsyncClient() as client, client.stream("POST", url(provider), json=STREAM) as response:
        assert (await response.aread()).endswith(b"data: [DONE]\n\n")
    assert len(provider.requests) == 2
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_host_that_answers_400_for_another_reason_is_not_remembered_as_refusing(provider, spans):
    provider.script = [Fault(status=400), Fault(status=400)]
    with httpx2.Client() as client:
        assert client.post(url(provider), json=STREAM).status_code == 400
        client.post(url(provider), json=STREAM)
    assert "stream_options" in provider.requests[2].body
    assert [span.attributes.get("error.type") for span in spans.all()] == ["400", None]


@LIBRARIES
@pytest.mark.parametrize(("status", "stream"), [(429, False), (500, False), (429, True), (503, True)])
def test_error_status_is_the_error_type(lib, provider, spans, status, stream):
    provider.script = [Fault(status=status)]
    with lib.Client() as client, client.stream("POST", url(provider), json=STREAM if stream else ASK) as response:
        response.read()
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == str(status)
    assert "gen_ai.usage.input_tokens" not in span.attributes


@LIBRARIES
@pytest.mark.parametrize("body", [b"<html>bad gateway</html>", b'{"id":"x","choices":[{"ind', b"[]", b"{}"])
def test_answer_that_is_no_completion_is_an_error_and_reaches_the_caller(lib, provider, spans, body):
    provider.script = [Fault(body=body, content_type="text/html")]
    with lib.Client() as client:
        assert client.post(url(provider), json=ASK).content == body
    assert spans.one().attributes["error.type"] == "invalid_response"
    assert "gen_ai.usage.input_tokens" not in spans.one().attributes


@LIBRARIES
def test_early_break_ends_the_span_with_an_estimate_and_no_error(lib, provider, spans):
    provider.script = [Fault(stop_after=3)]
    with lib.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        for _ in response.iter_lines():
            break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["spanwise.usage.estimated"] is True
    assert span.attributes["gen_ai.usage.input_tokens"] == -(-len(ASK["messages"][0]["content"]) // 4)


@LIBRARIES
async def test_async_early_break_ends_the_span_with_an_estimate_and_no_error(lib, provider, spans):
    provider.script = [Fault(stop_after=3)]
    async with lib.AsyncClient() as client, client.stream("POST", url(provider), json=STREAM) as response:
        async for _ in response.aiter_lines():
            break
    span = spans.one()
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["spanwise.usage.estimated"] is True


@LIBRARIES
def test_connection_cut_inside_a_stream_is_an_error_with_what_was_seen(lib, provider, spans):
    provider.script = [Fault(break_after=3)]
    with (
        lib.Client() as client,
        client.stream("POST", url(provider), json=STREAM) as response,
        pytest.raises(lib.RemoteProtocolError),
    ):
        response.read()
    span = spans.one()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "RemoteProtocolError"
    assert span.attributes["spanwise.usage.estimated"] is True
    assert span.attributes["gen_ai.usage.output_tokens"] == -(-len(WORDS[0] + WORDS[1]) // 4)


@LIBRARIES
def test_stream_that_stops_before_its_answer_ended_is_an_error(lib, provider, spans):
    provider.script = [Fault(stop_after=3)]
    with lib.Client() as client:
        client.post(url(provider), json={**STREAM, "stream_options": {"include_usage": False}})
    assert spans.one().attributes["error.type"] == "incomplete_stream"


@LIBRARIES
def test_body_cut_short_is_the_callers_exception_and_the_spans_error(lib, provider, spans):
    provider.script = [Fault(break_after=0, body=b'{"choices": [], "padding": "' + b"x" * 1000 + b'"}')]
    with lib.Client() as client, pytest.raises(lib.RemoteProtocolError) as raised:
        client.post(url(provider), json=ASK)
    assert raised.value.request.url == url(provider)
    assert spans.one().attributes["error.type"] == "RemoteProtocolError"


@LIBRARIES
def test_connection_refused_names_the_callers_request(lib, spans):
    with lib.Client() as client, pytest.raises(lib.ConnectError) as raised:
        client.post("http://127.0.0.1:1/v1/chat/completions", json=STREAM)
    assert b"stream_options" not in raised.value.request.content
    assert spans.one().attributes["error.type"] == "ConnectError"


@LIBRARIES
def test_response_dropped_unread_ends_its_span_when_collected(lib, provider, spans):
    client = lib.Client()
    response = client.send(client.build_request("POST", url(provider), json=STREAM), stream=True)
    assert spans.all() == ()
    kept = response.extensions["network_stream"]
    del response
    gc.collect()
    assert spans.one().attributes["spanwise.usage.estimated"] is True
    kept.close()
    client.close()


@LIBRARIES
async def test_cancelled_call_is_an_error_of_that_name(lib, provider, spans):
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    async with lib.AsyncClient() as client:
        task = asyncio.create_task(client.post(url(provider), json=ASK))
        await asyncio.to_thread(provider.asked.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    hold.set()
    assert spans.one().attributes["error.type"] == "CancelledError"


@LIBRARIES
def test_clients_built_before_subclassed_or_with_their_own_transport_are_seen(lib, provider, instrumented):
    class Custom(lib.HTTPTransport):
        pass

    class Client(lib.Client):
        def send(self, *args, **kwargs):
            return super().send(*args, **kwargs)

    with lib.Client() as old, Client(transport=Custom()) as special:
        spans = instrumented()
        old.post(url(provider), json=ASK)
        special.post(url(provider), json=ASK)
        spanwise.uninstrument()
        old.post(url(provider), json=ASK)
    assert len(spans.all()) == 2


@LIBRARIES
def test_uninstrument_puts_the_original_methods_back(lib, instrumented):
    originals = (lib.Client.send, lib.AsyncClient.send)
    instrumented()
    assert lib.Client.send is not originals[0]
    spanwise.uninstrument()
    assert (lib.Client.send, lib.AsyncClient.send) == originals


def test_wrapper_of_somebody_else_survives_uninstrument(provider, monkeypatch, instrumented):
    spans = instrumented()
    ours = httpx2.Client.send
    calls = []

    def theirs(self, *args, **kwargs):
        calls.append(1)
        return ours(self, *args, **kwargs)

    monkeypatch.setattr(httpx2.Client, "send", theirs)
    spanwise.uninstrument()
    httpx2.post(url(provider), json=ASK)
    assert calls == [1]
    assert spans.all() == ()
    monkeypatch.undo()
    ON_HTTPX2.unwatch()


@LIBRARIES
def test_other_requests_and_suppressed_ones_are_not_traced(lib, provider, spans):
    token = otel_context.attach(otel_context.set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
    try:
        lib.post(url(provider), json=ASK)
    finally:
        otel_context.detach(token)
    lib.get(f"{provider.base_url}/models")
    lib.post(f"{provider.base_url}/traces", json={})
    assert spans.all() == ()


@LIBRARIES
def test_response_from_memory_is_traced_and_hides_the_usage_event(lib, spans):
    def answer(request):
        asked = b"stream_options" in request.content
        return lib.Response(200, content=b"".join(events(usage=asked)), headers={"content-type": "text/event-stream"})

    address = "https://api.deepseek.com/chat/completions"
    transport = lib.MockTransport(answer)
    with lib.Client(transport=transport) as client, client.stream("POST", address, json=STREAM) as response:
        seen = b"".join(response.iter_bytes())
    assert b'"choices": []' not in seen
    attributes = spans.one().attributes
    assert attributes["gen_ai.provider.name"] == "deepseek"
    assert attributes["server.port"] == 443
    assert attributes["gen_ai.usage.output_tokens"] == 7


def test_signed_body_is_never_changed(provider, spans):
    httpx2.post(url(provider), json=STREAM, headers={"x-amz-content-sha256": "abc"})
    assert "stream_options" not in provider.requests[0].body
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_signing_auth_sees_the_body_that_leaves(provider, spans):
    class Auth(httpx2.Auth):
        requires_request_body = True

        def auth_flow(self, request):
            request.headers["x-length"] = str(len(request.content))
            yield request

    httpx2.post(url(provider), json=STREAM, auth=Auth())
    sent = provider.requests[0]
    assert sent.headers["x-length"] == str(len(sent.raw))
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_request_body_that_is_a_stream_is_left_alone(provider, spans):
    def body():
        yield b'{"model":"gpt-4o","messages":[]}'

    headers = {"content-length": "32"}
    assert httpx2.post(url(provider), content=body(), headers=headers).status_code == 200
    assert spans.one().name == "chat"
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_elapsed_is_known_as_without_us(provider, spans):
    with httpx2.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        response.read()
    assert response.elapsed.total_seconds() > 0
    assert spans.one()


@pytest.mark.parametrize("place", ["begin", "watch", "read"])
@pytest.mark.parametrize("stream", [False, True])
def test_fault_of_ours_never_reaches_the_caller(provider, monkeypatch, place, stream, instrumented):
    def broken(*_args, **_kwargs):
        raise RuntimeError("our own fault")

    instrumented(raise_faults=False)
    before = sum(guard.faults().values())
    monkeypatch.setattr(*((exchange, "begin") if place == "begin" else (exchange.Exchange, place)), broken)
    with httpx2.Client() as client:
        if place == "watch":
            with client.stream("POST", url(provider), json=STREAM if stream else ASK) as response:
                assert response.read()
        else:
            assert client.post(url(provider), json=STREAM if stream else ASK).content
    assert sum(guard.faults().values()) > before


def test_fault_inside_a_stream_loses_nothing_and_shows_only_what_was_asked_for(provider, monkeypatch, instrumented):
    instrumented(raise_faults=False)
    folds = []

    def broken(_self, data, answer):
        folds.append((data, answer))
        if len(folds) == 3:
            raise RuntimeError("our own fault")
        return False

    monkeypatch.setattr("spanwise.apis.openai_chat.OpenAIChat.fold_event", broken)
    provider.script = [Fault(pieces=100)]
    with httpx2.Client() as client, client.stream("POST", url(provider), json=STREAM) as response:
        assert response.read() == b"".join(event for event in events(usage=True) if b'"choices": []' not in event)
    assert len(folds) == 3


def test_fault_of_ours_is_raised_where_asked(provider, monkeypatch, spans):
    del spans
    monkeypatch.setattr(exchange, "begin", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        httpx2.post(url(provider), json=ASK)


def test_library_under_a_borrowed_name_is_watched_once():
    before = ON_HTTPX._module
    ON_HTTPX._imported(httpx2)
    assert ON_HTTPX._module is before
