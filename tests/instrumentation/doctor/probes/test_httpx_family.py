import asyncio
import importlib

import pytest

from spanwise.doctor import loopback
from spanwise.doctor.probes.httpx_family import HttpxFamily


@pytest.fixture(params=["httpx", "httpx2"])
def probe(request):
    return HttpxFamily(request.param)


@pytest.fixture
def server(probe):
    with loopback.serve() as running:
        running.play(probe.speech)
        yield running


def test_it_asks_once_plainly_and_asynchronously(probe, server):
    sdk = importlib.import_module(probe.module)
    probe.ask(sdk, server.address, retries=0)
    asyncio.run(probe.ask_async(sdk, server.address))
    assert server.requests == 2


def test_it_asks_again_where_there_was_too_much(probe, server):
    sdk = importlib.import_module(probe.module)
    server.play(probe.speech, 429)
    probe.ask(sdk, server.address, retries=1)
    assert server.requests == 2
    server.play(probe.speech, 429)
    with pytest.raises(sdk.HTTPStatusError):
        probe.ask(sdk, server.address, retries=0)


def test_stream_gives_its_lines_and_can_be_left(probe, server):
    sdk = importlib.import_module(probe.module)
    assert "data: [DONE]" in list(probe.stream(sdk, server.address))
    running = probe.stream(sdk, server.address)
    next(running)
    running.close()
