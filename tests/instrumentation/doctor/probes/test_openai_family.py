import openai
import pytest

from spanwise.doctor import loopback
from spanwise.doctor.probes.openai_family import OpenAIFamily

PROBE = OpenAIFamily("openai", "OpenAI", "/v1")


@pytest.fixture
def server():
    with loopback.serve() as running:
        running.play(PROBE.speech)
        yield running


def test_it_asks_once_plainly_and_asynchronously(server):
    import asyncio

    PROBE.ask(openai, server.address, retries=0)
    asyncio.run(PROBE.ask_async(openai, server.address))
    assert server.requests == 2


def test_it_retries_as_often_as_it_is_told(server):
    server.play(PROBE.speech, 429)
    PROBE.ask(openai, server.address, retries=1)
    server.play(PROBE.speech, 429)
    with pytest.raises(openai.RateLimitError):
        PROBE.ask(openai, server.address, retries=0)


def test_stream_gives_its_chunks_and_can_be_left(server):
    assert len(list(PROBE.stream(openai, server.address))) == 5
    running = PROBE.stream(openai, server.address)
    next(running)
    running.close()
