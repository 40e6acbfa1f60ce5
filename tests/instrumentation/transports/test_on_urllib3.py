import gc
import io
import json
import threading
from types import SimpleNamespace

import pytest
import requests
import urllib3
from opentelemetry import context as otel_context
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.trace import StatusCode

import spanwise
from spanwise import exchange, guard
from spanwise.transports.on_urllib3 import TRANSPORT
from tests.support.provider import USAGE, Fault, events

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
STREAM = {**ASK, "stream": True}
HIDDEN = b"".join(event for event in events(usage=True) if b'"choices": []' not in event)


def url(provider) -> str:
    return f"{provider.base_url}/chat/completions"


@pytest.fixture
def pool():
    with urllib3.PoolManager() as made:
        yield made


@pytest.fixture
def session():
    with requests.Session() as made:
        yield made


def by_requests(provider, session, ask):
    return session.post(url(provider), json=ask).content


def by_requests_data(provider, session, ask):
    return session.post(url(provider), data=json.dumps(ask)).content


def by_urllib3(provider, session, ask):
    del session
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url(provider), json=ask).data


CLIENTS = pytest.mark.parametrize("call", [by_requests, by_requests_data, by_urllib3], ids=lambda call: call.__name__)


@CLIENTS
def test_plain_call_is_one_span_with_model_usage_and_address(provider, spans, session, call):
    assert json.loads(call(provider, session, ASK))["usage"] == USAGE
    span = spans.one()
    assert span.name == "chat gpt-4o"
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["gen_ai.usage.input_tokens"] == 11
    assert span.attributes["gen_ai.usage.cache_read.input_tokens"] == 4
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.attributes["server.address"] == "127.0.0.1"
    assert span.attributes["server.port"] == int(provider.base_url.split(":")[2].split("/")[0])


@CLIENTS
def test_caller_never_sees_the_usage_event_of_a_whole_answer(provider, spans, session, call):
    assert call(provider, session, STREAM) == HIDDEN
    sent = provider.requests[0]
    assert sent.body["stream_options"] == {"include_usage": True}
    assert sent.headers["accept-encoding"] == "identity"
    assert sent.headers["content-length"] == str(len(sent.raw))
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7
    assert "spanwise.usage.estimated" not in spans.one().attributes


@pytest.mark.parametrize("size", [1, 40, 4096])
@pytest.mark.parametrize("pieces", [None, 1, 97])
def test_streamed_requests_answer_is_watched_as_it_is_read(provider, spans, session, size, pieces):
    provider.script = [Fault(pieces=pieces)]
    with session.post(url(provider), json=STREAM, stream=True) as response:
        seen = list(response.iter_content(size))
        assert json.loads(response.request.body) == STREAM
    assert b"".join(seen) == HIDDEN
    assert max(len(piece) for piece in seen) <= size
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.input_tokens"] == 11
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_lines_of_a_streamed_requests_answer_are_the_providers(provider, spans, session):
    with session.post(url(provider), json=STREAM, stream=True) as response:
        lines = list(response.iter_lines())
    assert b"\n".join(lines) + b"\n" == HIDDEN
    assert spans.one()


def whole(response):
    return response.read()


def by_data(response):
    return response.data


def by_read(response):
    return b"".join(iter(lambda: response.read(50), b""))


def by_read1(response):
    if not hasattr(response, "read1"):
        pytest.skip("this urllib3 has no such method")
    return b"".join(iter(lambda: response.read1(50), b""))


def by_stream(response):
    return b"".join(response.stream(50, decode_content=False))


def by_chunk(response):
    return b"".join(response.read_chunked())


def by_line(response):
    return b"".join(response)


def by_readinto(response):
    seen, buffer = b"", bytearray(50)
    while size := response.readinto(buffer):
        seen += buffer[:size]
    return seen


READS = pytest.mark.parametrize(
    "read",
    [whole, by_data, by_read, by_read1, by_stream, by_chunk, by_line, by_readinto],
    ids=lambda read: read.__name__,
)


@READS
@pytest.mark.parametrize("asked", [False, True])
def test_every_way_to_read_gives_the_same_bytes(provider, spans, pool, read, asked):
    body = {**STREAM, "stream_options": {"include_usage": True}} if asked else STREAM
    response = pool.request("POST", url(provider), json=body, preload_content=False)
    assert isinstance(response, urllib3.HTTPResponse)
    assert read(response) == (b"".join(events(usage=True)) if asked else HIDDEN)
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7
    assert "error.type" not in spans.one().attributes
    response.release_conn()


@READS
def test_every_way_to_read_a_body_of_known_length_gives_the_same_bytes(provider, spans, pool, read):
    if read is by_chunk:
        pytest.skip("the body has no chunks")
    whole_stream = b"".join(events(usage=True))
    provider.script = [Fault(body=whole_stream, content_type="text/event-stream")]
    response = pool.request("POST", url(provider), json=STREAM, preload_content=False)
    assert read(response) == HIDDEN
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("lazy", [False, True])
def test_compressed_answers_are_read_and_given_as_they_were(provider, spans, session, stream, lazy):
    provider.script = [Fault(gzip=True)]
    response = session.post(url(provider), json=STREAM if stream else ASK, stream=lazy)
    seen = response.content
    assert seen == HIDDEN if stream else json.loads(seen)["usage"] == USAGE
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_compressed_answer_read_raw_stays_compressed(provider, spans, pool):
    provider.script = [Fault(gzip=True)]
    body = {**STREAM, "stream_options": {"include_usage": True}}
    response = pool.request("POST", url(provider), json=body, preload_content=False)
    raw = b"".join(response.stream(decode_content=False))
    assert raw.startswith(b"\x1f\x8b")
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("refusal", [400, 422])
@pytest.mark.parametrize("lazy", [False, True])
def test_host_that_refuses_the_option_is_asked_again_without_it(provider, spans, session, refusal, lazy):
    provider.refuses_stream_options, provider.refusal_status = True, refusal
    for _ in range(2):
        response = session.post(url(provider), json=STREAM, stream=lazy)
        assert response.status_code == 200
        assert response.content == b"".join(events(usage=False))
    assert ["stream_options" in request.body for request in provider.requests] == [True, False, False]
    assert len(spans.all()) == 2


def test_connection_goes_back_to_its_pool_as_without_us(provider, spans):
    with urllib3.HTTPConnectionPool("127.0.0.1", int(url(provider).split(":")[2].split("/")[0]), maxsize=1) as pool:
        for preload in (True, False, True):
            response = pool.request("POST", "/v1/chat/completions", json=STREAM, preload_content=preload)
            assert response.data == HIDDEN
        assert pool.num_connections == 1
        assert pool.num_requests == 3
    assert len(spans.all()) == 3


@pytest.mark.parametrize("status", [429, 500])
def test_each_try_of_urllib3_is_a_span(provider, spans, session, status):
    retry = urllib3.Retry(total=2, status_forcelist=[status], allowed_methods=["POST"], backoff_factor=0)
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=retry))
    provider.script = [Fault(status=status)]
    assert session.post(url(provider), json=ASK).json()["usage"] == USAGE
    assert [span.attributes.get("error.type") for span in spans.all()] == [str(status), None]


def test_redirect_is_not_an_answer(provider, spans, session):
    provider.script = [Fault(status=307, body=b"", headers={"location": url(provider)})]
    assert session.post(url(provider), json=ASK).json()["usage"] == USAGE
    assert [span.attributes.get("error.type") for span in spans.all()] == ["307", None]


def test_connection_refused_is_an_error_of_that_name(spans, session):
    with pytest.raises(requests.ConnectionError):
        session.post("http://127.0.0.1:9/v1/chat/completions", json=ASK)
    assert spans.one().attributes["error.type"] == "NewConnectionError"


@pytest.mark.parametrize("stream", [False, True])
def test_broken_connection_is_an_error_of_that_name(provider, spans, session, stream):
    provider.script = [Fault(break_after=2)]
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.post(url(provider), json=STREAM if stream else ASK)
    assert spans.one().attributes["error.type"] in {"ProtocolError", "InvalidChunkLength"}


def test_time_out_is_an_error_of_that_name(provider, spans, session):
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    with pytest.raises(requests.exceptions.ConnectionError):
        session.post(url(provider), json=ASK, timeout=0.05)
    hold.set()
    assert spans.one().attributes["error.type"] == "ReadTimeoutError"


def test_stream_left_early_ends_with_what_was_seen(provider, spans, session):
    with session.post(url(provider), json=STREAM, stream=True) as response:
        for seen, _ in enumerate(response.iter_lines()):
            assert spans.all() == ()
            if seen == 2:
                break
    attributes = spans.one().attributes
    assert attributes["spanwise.usage.estimated"] is True
    assert "error.type" not in attributes


def test_response_dropped_unread_ends_its_span_when_collected(provider, spans, session):
    response = session.post(url(provider), json=STREAM, stream=True)
    assert spans.all() == ()
    del response
    gc.collect()
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_request_body_that_is_a_stream_is_left_alone(provider, spans, session):
    assert session.post(url(provider), data=io.BytesIO(json.dumps(ASK).encode())).json()["usage"] == USAGE
    assert provider.requests[0].body == ASK
    assert spans.one().name == "chat"


def test_chunked_body_is_read_and_never_changed(provider, spans, monkeypatch):
    sent = []

    def request(_connection, *_args, **kwargs):
        sent.append(kwargs["body"])
        raise ConnectionResetError

    monkeypatch.setattr(urllib3.connection.HTTPConnection, "request", request)
    body = json.dumps(STREAM)
    with urllib3.PoolManager() as pool, pytest.raises(urllib3.exceptions.HTTPError):
        pool.urlopen("POST", url(provider), body=body, chunked=True, retries=False)
    assert sent == [body]
    assert spans.one().attributes["gen_ai.request.model"] == "gpt-4o"


def test_call_through_a_proxy_names_the_host_that_is_called(provider, spans):
    with urllib3.ProxyManager(provider.base_url.removesuffix("/v1")) as proxy:
        proxy.request("POST", "http://api.deepseek.com/chat/completions?x=1", json=ASK)
    attributes = spans.one().attributes
    assert attributes["server.address"] == "api.deepseek.com"
    assert attributes["gen_ai.provider.name"] == "deepseek"


def test_sessions_built_before_are_seen_and_uninstrument_puts_the_original_back(provider, instrumented, session):
    original = urllib3.HTTPConnectionPool._make_request
    spans = instrumented()
    session.post(url(provider), json=ASK)
    spanwise.uninstrument()
    assert urllib3.HTTPConnectionPool._make_request is original
    session.post(url(provider), json=ASK)
    assert len(spans.all()) == 1


def test_other_requests_suppressed_ones_and_our_own_export_are_not_traced(provider, spans, session, otlp):
    token = otel_context.attach(otel_context.set_value(_SUPPRESS_INSTRUMENTATION_KEY, True))
    try:
        session.post(url(provider), json=ASK)
    finally:
        otel_context.detach(token)
    session.get(f"{provider.base_url}/models")
    session.post(f"{provider.base_url}/traces", json={})
    assert spans.all() == ()
    session.post(url(provider), json=ASK)
    exporter = OTLPSpanExporter(endpoint=f"{otlp.endpoint}/v1/traces")
    exporter.export(spans.all())
    exporter.shutdown()
    assert otlp.names() == ["chat gpt-4o"]
    assert spans.one()


@pytest.mark.parametrize("place", ["begin", "watch", "read"])
@pytest.mark.parametrize("stream", [False, True])
def test_fault_of_ours_never_reaches_the_caller(provider, monkeypatch, pool, place, stream, instrumented):
    def broken(*_args, **_kwargs):
        raise RuntimeError("our own fault")

    instrumented(raise_faults=False)
    before = sum(guard.faults().values())
    monkeypatch.setattr(*((exchange, "begin") if place == "begin" else (exchange.Exchange, place)), broken)
    ask = STREAM if stream else ASK
    assert pool.request("POST", url(provider), json=ask, preload_content=place == "read").data
    assert sum(guard.faults().values()) > before


def test_urllib3_that_reads_in_another_way_is_left_alone_and_named(caplog):
    response = SimpleNamespace(HTTPResponse=type("HTTPResponse", (), {}))
    assert TRANSPORT._seams(SimpleNamespace(__version__="1.26.10", response=response)) == []
    assert "urllib3 1.26.10 is too old to be traced" in caplog.text
    assert "upgrade it to 1.26.11 or newer" in caplog.text
