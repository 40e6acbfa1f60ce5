"""A thousand calls at once, ended at random in every way there is: no span stays open, nothing stays in memory."""

import asyncio
import gc
import resource
import threading
from collections import Counter
from functools import lru_cache

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

import spanwise
from spanwise import exchange
from spanwise.content import capture
from spanwise.unfinished import UNDER_WAY
from tests.support import crowd, wire
from tests.support.callers import CALLERS, CHAT, PATIENCE_S, STREAM
from tests.support.protocols.shape import Say

CACHED = type(lru_cache(len))
CALLS = 1000
ROUNDS = 4


class Ledger(SpanProcessor):
    """Counts how often each span began and ended; keeps none."""

    def __init__(self) -> None:
        self.begun: Counter[int] = Counter()
        self.ended: Counter[int] = Counter()

    def on_start(self, span, parent_context=None):
        del parent_context
        self.begun[span.get_span_context().span_id] += 1

    def on_end(self, span):
        self.ended[span.get_span_context().span_id] += 1


@pytest.fixture(scope="module", autouse=True)
def sockets():
    """Let both ends of all calls be open at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture(params=["NO_CONTENT", "SPAN_ONLY"])
def ledger(request, monkeypatch):
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", request.param)
    provider = TracerProvider(shutdown_on_exit=False)
    made = Ledger()
    provider.add_span_processor(made)
    spanwise.instrument(tracer_provider=provider, raise_faults=True)
    assert capture.STATE.on is (request.param == "SPAN_ONLY")
    yield made
    spanwise.uninstrument()
    provider.shutdown()


def ours() -> Counter[str]:
    """Count the objects of our own classes that are alive, without what is remembered on purpose and bounded."""
    exchange.configure(stream_usage=True)
    for cached in (one for one in gc.get_objects() if type(one) is CACHED and one.__module__.startswith("spanwise.")):
        if cached.cache_parameters()["maxsize"] is not None:
            cached.cache_clear()
    gc.collect()
    kinds = (type(one) for one in gc.get_objects())
    return Counter(kind.__qualname__ for kind in kinds if str(kind.__module__).startswith("spanwise."))


def check(ledger: Ledger) -> None:
    gc.collect()
    assert not UNDER_WAY
    assert ledger.begun
    assert ledger.begun == ledger.ended
    assert set(ledger.ended.values()) == {1}


@pytest.mark.parametrize("client", crowd.CLIENTS)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_thousand_calls_cancelled_at_random_leave_no_span_open(ledger, client):
    asyncio.run(crowd.crowd(client, CALLS, seed=7))
    check(ledger)
    assert len(ledger.begun) > CALLS / 2  # some are cancelled before they leave


@pytest.mark.parametrize("client", crowd.CLIENTS)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_calls_cancelled_at_random_leave_nothing_in_memory(ledger, client):
    asyncio.run(crowd.crowd(client, 200, seed=0))
    before = ours()
    for seed in range(1, ROUNDS):
        asyncio.run(crowd.crowd(client, 200, seed))
        assert ours() - before == Counter()
    check(ledger)


@pytest.mark.parametrize("transport", ["httpx2", "requests", "botocore"])
def test_threads_that_call_at_once_leave_no_span_open_and_nothing_in_memory(ledger, transport):
    def some(server, errors):
        caller = CALLERS[transport](server.address, PATIENCE_S)
        for _ in range(5):
            seen = caller.call(CHAT, STREAM, {}, streamed=True)
            errors.append(seen.error)
        caller.close()

    def cut(call):
        pieces = wire.http(wire.spoken(call, Say()))
        return [*pieces[:3], wire.Cut] if len(server.calls) % 3 == 0 else pieces

    before: Counter[str] = Counter()
    with wire.serve(cut) as server:
        for number in range(ROUNDS):
            errors: list[str] = []
            threads = [threading.Thread(target=some, args=(server, errors)) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert {bool(error) for error in errors} == {True, False}
            if number:
                assert ours() - before == Counter()
            before = ours()
    check(ledger)
