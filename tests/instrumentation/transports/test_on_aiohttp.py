import asyncio
import gc
import gzip
import json
import random
import threading

import aiohttp
import httpx
import pytest
from opentelemetry.trace import StatusCode

import spanwise
from spanwise import exchange, guard
from tests.support.provider import USAGE, WORDS, Fault, events

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
STREAM = {**ASK, "stream": True}
HIDDEN = b"".join(event for event in events(usage=True) if b'"choices": []' not in event)


def url(provider) -> str:
    return f"{provider.base_url}/chat/completions"


async def by_line(content):
    return [line async for line in content]


async def by_readline(content):
    lines = []
    while not content.at_eof():
        lines.append(await content.readline())
    return lines


async def by_any(content):
    return [piece async for piece in content.iter_any()]


async def by_chunks(content):
    return [piece async for piece, _ in content.iter_chunks() if piece]


async def by_size(content):
    return [piece async for piece in content.iter_chunked(7)]


async def whole(content):
    return [await content.read()]


async def exactly(content):
    return [await content.readexactly(len(HIDDEN))]


READS = pytest.mark.parametrize(
    "read", [by_line, by_readline, by_any, by_chunks, by_size, whole, exactly], ids=lambda read: read.__name__
)


async def test_plain_call_is_one_span_with_model_usage_and_address(provider, spans):
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=ASK) as response:
        assert (await response.json())["usage"] == USAGE
    span = spans.one()
    assert span.name == "chat gpt-4o"
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes["gen_ai.usage.input_tokens"] == 11
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    assert span.attributes["server.address"] == "127.0.0.1"
    assert span.attributes["server.port"] == int(provider.base_url.split(":")[2].split("/")[0])


@pytest.mark.parametrize("data", [json.dumps(ASK), json.dumps(ASK).encode()], ids=["str", "bytes"])
async def test_body_given_as_data_is_read_without_using_it_up(provider, spans, data):
    async with aiohttp.ClientSession() as session, session.post(url(provider), data=data) as response:
        await response.read()
    assert provider.requests[0].body == ASK
    assert spans.one().attributes["gen_ai.request.model"] == "gpt-4o"


async def test_body_that_is_a_stream_is_left_alone(provider, spans):
    async def body():
        yield json.dumps(ASK).encode()

    size = {"content-length": str(len(json.dumps(ASK)))}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url(provider), data=body(), headers=size) as response,
    ):
        await response.read()
    assert provider.requests[0].body == ASK
    assert spans.one().name == "chat"
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@READS
@pytest.mark.parametrize("pieces", [None, 1, 100])
async def test_caller_sees_its_own_request_and_never_the_usage_event(provider, spans, read, pieces):
    provider.script = [Fault(pieces=pieces)]
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=STREAM) as response:
        seen = await read(response.content)
        sent = response.request_info.headers
    assert b"".join(seen) == HIDDEN
    assert all(seen[:-1])  # the end may come after the last line
    assert sent["Accept-Encoding"] != "identity"
    assert sent["Content-Length"] == str(len(json.dumps(STREAM)))
    assert provider.requests[0].body["stream_options"] == {"include_usage": True}
    attributes = spans.one().attributes
    assert attributes["gen_ai.usage.input_tokens"] == 11
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0
    assert "spanwise.usage.estimated" not in attributes
    assert "error.type" not in attributes


@pytest.mark.parametrize("read", [by_line, by_any, by_chunks, by_size, whole], ids=lambda read: read.__name__)
async def test_reader_gives_what_it_gives_without_us(provider, instrumented, read):
    async def read_all():
        provider.script = [Fault(pieces=97)]
        ask = {**STREAM, "stream_options": {"include_usage": True}}
        async with aiohttp.ClientSession() as session, session.post(url(provider), json=ask) as response:
            return b"".join(await read(response.content))

    plain = await read_all()
    spans = instrumented()
    assert await read_all() == plain == b"".join(events(usage=True))
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


async def test_chunks_end_where_the_provider_ended_them(provider, spans):
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=STREAM) as response:
        pieces = [piece async for piece in response.content.iter_chunks()]
    assert [piece for piece, ends in pieces if ends and piece] == [
        event for event in events(usage=True) if b'"choices": []' not in event
    ]
    assert spans.one()


async def test_each_event_is_given_as_it_comes(provider, spans):
    del spans
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=STREAM) as response:
        assert response.content.read_nowait() == b""
        hold.set()
        first = await response.content.readuntil(b"\n\n")
        assert first == events(usage=True)[0]
        await response.read()


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("auto_decompress", [False, True])
async def test_compressed_answers_are_read_and_given_as_they_were(provider, spans, stream, auto_decompress):
    provider.script = [Fault(gzip=True)]
    async with (
        aiohttp.ClientSession(auto_decompress=auto_decompress) as session,
        session.post(url(provider), json=STREAM if stream else ASK) as response,
    ):
        seen = await response.read()
        assert response.headers["content-encoding"] == "gzip"
    seen = seen if auto_decompress else gzip.decompress(seen)
    assert (WORDS[0].encode() in seen) is True
    assert b'"choices": []' not in seen
    unasked = stream and not auto_decompress  # the bytes are the caller's as they come, so nothing is taken out
    assert spans.one().attributes.get("spanwise.usage.estimated", False) is unasked
    assert unasked or spans.one().attributes["gen_ai.usage.output_tokens"] == 7


@pytest.mark.parametrize("refusal", [400, 422])
async def test_host_that_refuses_the_option_is_asked_again_without_it(provider, spans, refusal):
    provider.refuses_stream_options, provider.refusal_status = True, refusal
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.post(url(provider), json=STREAM) as response:
                assert response.status == 200
                assert await response.read() == b"".join(events(usage=False))
    assert ["stream_options" in request.body for request in provider.requests] == [True, False, False]
    assert len(spans.all()) == 2
    assert all(span.attributes["spanwise.usage.estimated"] for span in spans.all())


async def test_error_status_is_named_also_where_the_session_raises(provider, spans):
    provider.script = [Fault(status=429)]
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        with pytest.raises(aiohttp.ClientResponseError, match="429"):
            await session.post(url(provider), json=ASK)
    assert spans.one().attributes["error.type"] == "429"


async def test_each_try_of_a_middleware_is_a_span(provider, spans):
    async def again(request, handler):
        for _ in range(3):
            response = await handler(request)
            if response.status < 400:
                break
            response.release()
        return response

    provider.script = [Fault(status=500), Fault(status=429)]
    async with (
        aiohttp.ClientSession(middlewares=(again,)) as session,
        session.post(url(provider), json=STREAM) as response,
    ):
        assert await response.read() == HIDDEN
    assert [span.attributes.get("error.type") for span in spans.all()] == ["500", "429", None]
    assert spans.all()[2].attributes["gen_ai.usage.output_tokens"] == 7


async def test_call_that_one_client_sends_through_another_is_one_span(provider, spans):
    class Through(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            async with (
                aiohttp.ClientSession() as session,
                session.post(str(request.url), data=request.content, headers=request.headers) as response,
            ):
                return httpx.Response(response.status, content=await response.read(), headers=response.headers)

    async with httpx.AsyncClient(transport=Through()) as client:
        assert (await client.post(url(provider), json=STREAM)).content == HIDDEN
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


async def test_connection_refused_is_an_error_of_that_name(spans):
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.post("http://127.0.0.1:9/v1/chat/completions", json=ASK)
    assert spans.one().attributes["error.type"] == "ClientConnectorError"


@pytest.mark.parametrize("stream", [False, True])
async def test_broken_connection_is_an_error_of_that_name(provider, spans, stream):
    provider.script = [Fault(break_after=2)]
    async with (
        aiohttp.ClientSession() as session,
        session.post(url(provider), json=STREAM if stream else ASK) as response,
    ):
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()
    assert spans.one().attributes["error.type"] == "ClientPayloadError"


@pytest.mark.parametrize("leave", ["close", "release"])
async def test_stream_left_unread_ends_without_an_error(provider, spans, leave):
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    async with aiohttp.ClientSession() as session:
        response = await session.post(url(provider), json=STREAM)
        assert spans.all() == ()
        getattr(response, leave)()
        with pytest.raises(aiohttp.ClientConnectionError):
            await response.content.read()
    hold.set()
    attributes = spans.one().attributes
    assert attributes["spanwise.usage.estimated"] is True
    assert "error.type" not in attributes


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_response_dropped_unread_ends_its_span_when_aiohttp_lets_go(provider, spans):
    async with aiohttp.ClientSession() as session:
        response = await session.post(url(provider), json=STREAM)
        assert spans.all() == ()
        del response
    gc.collect()
    assert "error.type" not in spans.one().attributes


async def test_cancelled_call_and_cancelled_read_are_errors_of_that_name(provider, spans):
    hold = threading.Event()
    provider.script = [Fault(hold=hold, pieces=1)]

    async def call(session):
        async with session.post(url(provider), json=STREAM) as response:
            reading.set()
            await response.read()

    reading = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        task = asyncio.create_task(call(session))
        await reading.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    hold.set()
    assert spans.one().attributes["error.type"] == "CancelledError"


async def test_read_that_was_given_up_and_taken_up_again_is_no_error(provider, spans):
    hold = threading.Event()
    provider.script = [Fault(hold=hold)]
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=STREAM) as response:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(response.content.readany(), 0.01)
        hold.set()
        assert await response.content.read() == HIDDEN
    assert "error.type" not in spans.one().attributes


async def test_a_thousand_calls_cancelled_at_random_leave_no_open_span(provider, spans):
    chance = random.Random(7)

    async def call(session):
        async with session.post(url(provider), json=chance.choice([ASK, STREAM])) as response:
            async for _ in response.content.iter_any():
                await asyncio.sleep(0)

    connector = aiohttp.TCPConnector(limit=40)
    opened = []
    begin = exchange.Attempt.__init__
    exchange.Attempt.__init__ = lambda self, *args: (opened.append(1), begin(self, *args))[1]
    try:
        async with aiohttp.ClientSession(connector=connector) as session:
            tasks = [asyncio.create_task(call(session)) for _ in range(1000)]
            for index in chance.sample(range(1000), 600):
                for _ in range(chance.randrange(3)):
                    await asyncio.sleep(0)
                tasks[index].cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        exchange.Attempt.__init__ = begin
    del tasks
    assert {type(end) for end in ended} <= {type(None), asyncio.CancelledError}
    assert sum(end is None for end in ended) >= 400
    gc.collect()
    assert len(spans.all()) == len(opened)


async def test_session_built_before_is_seen_and_uninstrument_puts_the_original_back(provider, instrumented):
    original = aiohttp.ClientSession._request
    async with aiohttp.ClientSession() as session:
        spans = instrumented()
        async with session.post(url(provider), json=ASK) as response:
            await response.read()
        spanwise.uninstrument()
        assert aiohttp.ClientSession._request is original
        async with session.post(url(provider), json=ASK) as response:
            await response.read()
    assert len(spans.all()) == 1


async def test_other_requests_are_not_touched(provider, spans):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{provider.base_url}/models") as response:
            assert await response.json()
        async with session.post(f"{provider.base_url}/v1/traces", json={}) as response:
            assert type(response.content) is aiohttp.StreamReader
    assert spans.all() == ()


@pytest.mark.parametrize("place", ["begin", "watch"])
@pytest.mark.parametrize("stream", [False, True])
async def test_fault_of_ours_never_reaches_the_caller(provider, monkeypatch, place, stream, instrumented):
    def broken(*_args, **_kwargs):
        raise RuntimeError("our own fault")

    instrumented(raise_faults=False)
    before = sum(guard.faults().values())
    monkeypatch.setattr(*((exchange, "begin") if place == "begin" else (exchange.Exchange, place)), broken)
    async with (
        aiohttp.ClientSession() as session,
        session.post(url(provider), json=STREAM if stream else ASK) as response,
    ):
        assert await response.read()
    assert sum(guard.faults().values()) > before


@pytest.fixture
def older(monkeypatch, instrumented):
    """Watch this aiohttp in the way of versions before 3.12, whose places it still has."""
    monkeypatch.delattr(aiohttp, "ClientMiddlewareType")
    return instrumented()


async def test_older_version_tells_a_plain_call(provider, older):
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=ASK) as response:
        assert (await response.json())["usage"] == USAGE
    attributes = older.one().attributes
    assert attributes["gen_ai.usage.input_tokens"] == USAGE["prompt_tokens"]
    assert older.one().name == "chat gpt-4o"


@pytest.mark.parametrize("read", [by_line, by_any, by_chunks, whole], ids=lambda read: read.__name__)
async def test_older_version_changes_no_byte_of_a_stream_and_estimates_its_usage(provider, older, read):
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=STREAM) as response:
        assert b"".join(await read(response.content)) == b"".join(events(usage=False))
    assert "stream_options" not in provider.requests[0].body
    attributes = older.one().attributes
    assert attributes["spanwise.usage.estimated"] is True
    assert attributes["gen_ai.response.time_to_first_chunk"] > 0


async def test_older_version_tells_the_usage_that_the_caller_asks_for(provider, older):
    asked = {**STREAM, "stream_options": {"include_usage": True}}
    async with aiohttp.ClientSession() as session, session.post(url(provider), json=asked) as response:
        assert b'"choices": []' in await response.read()
    assert older.one().attributes["gen_ai.usage.output_tokens"] == USAGE["completion_tokens"]


async def test_older_version_tells_each_attempt_and_its_error(provider, older):
    provider.script = [Fault(status=429), Fault()]
    async with aiohttp.ClientSession() as session:
        for expected in (429, 200):
            async with session.post(url(provider), json=ASK) as response:
                assert response.status == expected
                await response.read()
    first, second = older.all()
    assert first.attributes["error.type"] == "429"
    assert second.attributes["http.request.resend_count"] == 1


async def test_older_version_ends_the_span_of_a_connection_that_breaks(older):
    async def answer(_reader, writer):
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, aiohttp.ClientSession() as session:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions"
        with pytest.raises(aiohttp.ClientError) as broken:
            await session.post(address, json=ASK)
    assert older.all()[-1].attributes["error.type"] == type(broken.value).__qualname__
    assert all(span.status.status_code is StatusCode.ERROR for span in older.all())


async def test_older_version_leaves_other_requests_alone(provider, older):
    async with aiohttp.ClientSession() as session:
        async with session.get(url(provider)) as response:
            await response.read()
        async with session.post(f"{provider.base_url}/models", json={}) as response:
            await response.read()
    assert older.all() == ()
