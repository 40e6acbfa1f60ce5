"""urllib3 1, as it comes with Python's own pip: its calls are told, and read as without us."""

import ensurepip
import importlib
import io
import json
import sys
import threading
from pathlib import Path

import pytest
from opentelemetry.trace import StatusCode

from spanwise import exchange, guard
from spanwise.transports import on_urllib3
from spanwise.transports.library import Library
from tests.support.provider import USAGE, Fault, events

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Where does the Danube flow?"}]}
ASKS_FOR_USAGE = {**ASK, "stream": True, "stream_options": {"include_usage": True}}
TOLD = b"".join(events(usage=True))


@pytest.fixture(scope="module")
def urllib3():
    """Import urllib3 1 from the wheel that is in Python's own library, and forget it afterwards."""
    wheels = sorted((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"))
    if not wheels:
        pytest.skip("this Python has no pip of its own")
    before = set(sys.modules)
    sys.path.insert(0, str(wheels[0]))
    try:
        library = importlib.import_module("pip._vendor.urllib3")
    finally:
        sys.path.remove(str(wheels[0]))
    if not library.__version__.startswith("1."):
        pytest.skip(f"pip has urllib3 {library.__version__}")
    yield library
    for name in set(sys.modules) - before:
        if name.partition(".")[0] == "pip":
            del sys.modules[name]


@pytest.fixture
def pool(urllib3, spans):
    assert not spans.all()
    transport = Library("pip._vendor.urllib3", on_urllib3._seams)
    transport.watch()
    with urllib3.PoolManager() as made:
        yield made
    transport.unwatch()


def post(pool, provider, ask, **more):
    url = f"{provider.base_url}/chat/completions"
    return pool.request("POST", url, body=json.dumps(ask), headers={"content-type": "application/json"}, **more)


def test_plain_call_is_one_span(provider, spans, pool):
    assert json.loads(post(pool, provider, ASK).data)["usage"] == USAGE
    span = spans.one()
    assert (span.name, span.status.status_code) == ("chat gpt-4o", StatusCode.UNSET)
    assert span.attributes["gen_ai.usage.input_tokens"] == 11
    assert span.attributes["gen_ai.usage.cache_read.input_tokens"] == 4
    assert span.attributes["server.address"] == "127.0.0.1"


def by_read(response, size):
    return b"".join(iter(lambda: response.read(size, decode_content=True), b""))


def by_stream(response, size):
    return b"".join(response.stream(size, decode_content=True))


def by_chunks(response, size):
    return b"".join(response.read_chunked(size, decode_content=True))


def by_lines(response, size):
    del size
    return b"".join(response)


def by_buffer(response, size):
    response.auto_close = False
    return io.BufferedReader(response, size).read()


READERS = (by_read, by_stream, by_chunks, by_lines, by_buffer)


@pytest.mark.parametrize("size", [1, 50, 4096])
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_every_way_to_read_a_stream_gives_its_bytes_and_tells_its_usage(provider, spans, pool, read, size):
    response = post(pool, provider, ASKS_FOR_USAGE, preload_content=False)
    assert read(response, size) == TOLD
    response.release_conn()
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7
    assert "spanwise.usage.estimated" not in spans.one().attributes


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("ask", [ASK, ASKS_FOR_USAGE], ids=["plain", "stream"])
def test_compressed_answer_is_read(provider, spans, pool, ask, lazy):
    provider.script = [Fault(gzip=True)]
    body = post(pool, provider, ask, preload_content=not lazy).data
    assert body == TOLD if "stream" in ask else json.loads(body)["usage"] == USAGE
    assert spans.one().attributes["gen_ai.usage.output_tokens"] == 7


def test_nothing_is_asked_for_and_the_tokens_are_an_estimate(provider, spans, pool):
    ask = {**ASK, "stream": True}
    assert post(pool, provider, ask).data == b"".join(events(usage=False))
    assert provider.requests[0].body == ask
    assert spans.one().attributes["spanwise.usage.estimated"] is True


def test_error_and_stream_left_early_are_told(provider, spans, pool):
    provider.script = [Fault(status=429)]
    assert post(pool, provider, ASK, retries=False).status == 429
    response = post(pool, provider, ASKS_FOR_USAGE, preload_content=False)
    next(response.stream(50))
    response.close()
    failed, left = spans.all()
    assert failed.attributes["error.type"] == "429"
    assert (left.status.status_code, left.attributes["spanwise.usage.estimated"]) == (StatusCode.UNSET, True)


@pytest.mark.parametrize("lazy", [False, True])
def test_broken_stream_is_an_error_of_that_name(urllib3, provider, spans, pool, lazy):
    provider.script = [Fault(break_after=2)]
    with pytest.raises(urllib3.exceptions.ProtocolError):
        assert post(pool, provider, ASKS_FOR_USAGE, preload_content=not lazy, retries=False).data
    assert spans.one().attributes["error.type"] == "ProtocolError"


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
def test_time_out_while_a_stream_is_read_is_an_error_of_urllib3s_name(urllib3, provider, spans, pool, read):
    provider.script = [Fault(hold=threading.Event())]
    response = post(pool, provider, ASKS_FOR_USAGE, preload_content=False, retries=False)
    response._connection.sock.settimeout(0.05)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        read(response, 50)
    assert spans.one().attributes["error.type"] == "ReadTimeoutError"


def test_connection_refused_is_an_error_of_that_name(urllib3, spans, pool):
    with pytest.raises(urllib3.exceptions.NewConnectionError):
        pool.request("POST", "http://127.0.0.1:9/v1/chat/completions", body=json.dumps(ASK), retries=False)
    assert spans.one().attributes["error.type"] == "NewConnectionError"


def test_connection_goes_back_to_its_pool(provider, spans, pool):
    for _ in range(3):
        response = post(pool, provider, ASKS_FOR_USAGE, preload_content=False)
        assert b"".join(response.stream(50)) == TOLD
        response.release_conn()
    (one,) = [pool.pools[key] for key in pool.pools.keys()]  # noqa: SIM118  it has nothing else to list
    assert one.num_connections == 1
    assert len(spans.all()) == 3


@pytest.mark.parametrize("place", ["begin", "watch", "read"])
def test_fault_of_ours_never_reaches_the_caller(provider, monkeypatch, pool, place):
    def broken(*_args, **_kwargs):
        raise RuntimeError("our own fault")

    guard.configure(raise_faults=False)
    before = sum(guard.faults().values())
    monkeypatch.setattr(*((exchange, "begin") if place == "begin" else (exchange.Exchange, place)), broken)
    assert post(pool, provider, ASKS_FOR_USAGE, preload_content=place == "read").data == TOLD
    assert sum(guard.faults().values()) > before


def test_urllib3_is_left_as_it_was(urllib3, instrumented):
    instrumented()
    pool, response = vars(urllib3.connectionpool.HTTPConnectionPool), vars(urllib3.response.HTTPResponse)
    before = pool["_make_request"], response["__init__"]
    transport = Library("pip._vendor.urllib3", on_urllib3._seams)
    transport.watch()
    assert pool["_make_request"] is not before[0]
    assert response["__init__"] is not before[1]
    transport.unwatch()
    assert pool["_make_request"] is before[0]
    assert response["__init__"] is before[1]
