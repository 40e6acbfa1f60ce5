"""Each chunk reaches the agent before the provider sends the next: nothing waits with us, over any transport."""

import asyncio
import json
import threading
import zlib

import aiohttp
import httpx
import httpx2
import pytest
import requests
from opentelemetry.sdk.trace import TracerProvider

import spanwise
from spanwise.content import capture
from tests.support import wire
from tests.support.callers import CHAT, CLAUDE, PATIENCE_S, STREAM, TURNS, Bedrock
from tests.support.protocols.shape import Reply

EVENTS = "text/event-stream"
BODY = json.dumps(STREAM).encode()


class Turns:
    """A provider that sends a chunk only when the one before was seen; `given` is what the agent has seen."""

    def __init__(self) -> None:
        self.gates: list[threading.Event] = []
        self.seen = 0

    def answer(self, call: wire.Call) -> list[wire.Piece]:
        reply = wire.spoken(call)
        coding = self.coding
        packer = zlib.compressobj(wbits=31 if coding == "gzip" else 15) if coding else None
        self.gates = [threading.Event() for _ in reply.parts]
        pieces: list[wire.Piece] = []
        for gate, part in zip(self.gates, reply.parts, strict=True):
            way = zlib.Z_FINISH if gate is self.gates[-1] else zlib.Z_SYNC_FLUSH
            data = part if packer is None else packer.compress(part) + packer.flush(way)
            pieces += [wire.chunk(data), gate]
        headers = {"content-encoding": coding} if coding else {}
        (head, end) = wire.http(Reply((), reply.content_type, headers=headers, streamed=True))
        return [head, *pieces, end]

    coding = ""

    def note(self, data: bytes) -> None:
        """The agent has read: for each whole event that it got, the provider may send one more."""
        self.seen += data.count(b"\n\n")
        self.open(self.seen)

    def open(self, count: int) -> None:
        # The last two are the usage that the agent did not ask for, which it never sees, and the end.
        for gate in self.gates[: count if count < len(self.gates) - 2 else None]:
            gate.set()


@pytest.fixture
def turns():
    return Turns()


@pytest.fixture
def server(turns):
    with wire.serve(turns.answer) as running:
        yield running


@pytest.fixture(autouse=True, params=["NO_CONTENT", "SPAN_ONLY"])
def traced(request, monkeypatch):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", request.param)
    provider = TracerProvider(shutdown_on_exit=False)
    spanwise.instrument(tracer_provider=provider, raise_faults=True)
    assert capture.STATE.on is (request.param == "SPAN_ONLY")
    yield
    spanwise.uninstrument()
    provider.shutdown()


def by_httpx(library):
    def read(address, headers, note):
        with (
            library.Client(timeout=PATIENCE_S) as client,
            client.stream("POST", address + CHAT, content=BODY, headers=headers) as response,
        ):
            for part in response.iter_bytes():
                note(part)

    return read


def by_async_httpx(library):
    async def read(address, headers, note):
        async with (
            library.AsyncClient(timeout=PATIENCE_S) as client,
            client.stream("POST", address + CHAT, content=BODY, headers=headers) as response,
        ):
            async for part in response.aiter_bytes():
                note(part)

    return lambda *args: asyncio.run(read(*args))


def by_aiohttp(address, headers, note):
    async def read():
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(address + CHAT, data=BODY, headers=headers) as response,
        ):
            async for part in response.content.iter_any():
                note(part)

    asyncio.run(read())


def by_requests(address, headers, note):
    with requests.post(address + CHAT, data=BODY, headers=headers, stream=True, timeout=PATIENCE_S) as response:
        for part in response.iter_content(None):
            note(part)


READS = {
    "httpx2": by_httpx(httpx2),
    "httpx": by_httpx(httpx),
    "httpx2 async": by_async_httpx(httpx2),
    "httpx async": by_async_httpx(httpx),
    "aiohttp": by_aiohttp,
    "requests": by_requests,
}
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
@pytest.mark.parametrize("transport", READS)
def test_chunk_is_there_before_the_next_is_sent(server, turns, transport, coding):
    turns.coding = coding
    READS[transport](server.address, JSON, turns.note)  # a chunk that waits with us stops the provider for good
    assert turns.seen == len(turns.gates) - 1


@pytest.mark.parametrize("transport", READS)
def test_chunk_is_there_before_the_next_is_sent_where_nothing_is_asked_for(server, turns, transport):
    headers = {**JSON, "content-digest": "x"}  # a body that is digested is not changed
    READS[transport](server.address, headers, turns.note)
    assert turns.seen == len(turns.gates)
    assert not wire.asks_usage(server.calls[0])


def test_event_of_bedrock_is_there_before_the_next_is_sent(server, turns):
    caller = Bedrock(server.address, PATIENCE_S)
    stream = caller._client.converse_stream(modelId=CLAUDE, messages=TURNS)["stream"]
    for at, _event in enumerate(stream):
        turns.gates[at].set()
    caller.close()
    assert all(gate.is_set() for gate in turns.gates)
