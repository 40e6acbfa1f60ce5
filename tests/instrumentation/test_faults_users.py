"""What the program itself puts beside us may fail too: samplers, processors, id generators, log handlers."""

import logging

import pytest
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Sampler

import spanwise
from spanwise.unfinished import UNDER_WAY
from tests.support import wire
from tests.support.callers import CALLERS
from tests.support.scenes import SCENARIOS
from tests.support.stage import Stage


def fail(*_args, **_kwargs):
    raise RuntimeError("the program's own fault")


class BrokenSampler(Sampler):
    should_sample = fail

    def get_description(self):
        return "broken"


class BrokenIds(RandomIdGenerator):
    generate_span_id = fail


def processor(method: str) -> SpanProcessor:
    return type("Broken", (SpanProcessor,), {method: fail})()


BROKEN = {
    "sampler": lambda: TracerProvider(sampler=BrokenSampler(), shutdown_on_exit=False),
    "ids": lambda: TracerProvider(id_generator=BrokenIds(), shutdown_on_exit=False),
    "on_start": lambda: with_processor("on_start"),
    "on_end": lambda: with_processor("on_end"),
}


def with_processor(method: str) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(processor(method))
    return provider


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture
def traced():
    yield lambda provider: spanwise.instrument(tracer_provider=provider, raise_faults=False)
    spanwise.uninstrument()


@pytest.mark.parametrize("transport", CALLERS)
@pytest.mark.parametrize("scenario", ["plain", "streamed", "500"])
@pytest.mark.parametrize("broken", BROKEN)
def test_broken_part_of_the_program_is_never_seen_by_a_call(server, traced, broken, scenario, transport):
    stage = Stage(server, transport, SCENARIOS[scenario])
    bare = stage.run()
    traced(BROKEN[broken]())
    assert [stage.run(), stage.run()] == [bare, bare]
    assert not UNDER_WAY
    stage.close()


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_part_of_the_program_is_never_seen_by_a_scope(traced, broken):
    traced(BROKEN[broken]())

    @spanwise.tool
    def search(query):
        return query * 2

    with spanwise.agent("lead"), spanwise.workflow("triage"):
        assert search("a") == "aa"


def test_log_handler_that_raises_is_never_seen_by_a_call(server, traced, monkeypatch):
    class Broken(logging.Handler):
        emit = fail

    logger = logging.getLogger("spanwise")
    handler = Broken()
    logger.addHandler(handler)
    monkeypatch.setattr("spanwise.guard._counts", type(spanwise.guard._counts)())
    stage = Stage(server, "httpx", SCENARIOS["streamed"])
    bare = stage.run()
    traced(BROKEN["sampler"]())
    try:
        assert stage.run() == bare
    finally:
        logger.removeHandler(handler)
        stage.close()
