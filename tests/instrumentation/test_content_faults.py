"""A fault in the capture of content never changes what the agent sees, and never lets what was not cleaned leave."""

from collections import Counter

import pytest

from tests.support import wire
from tests.support.breaking import Place
from tests.support.callers import CALLERS
from tests.support.scenes import FLOWS, READERS, RICH, SCENARIOS
from tests.support.stage import Counted, Stage

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
ALL = {**SCENARIOS, **FLOWS, **READERS, **RICH}
PLAYED = ("plain", "streamed", "tool loop", *FLOWS, *READERS, *RICH)
OFTEN = 2
"""In how many scenarios a line that many of them pass is broken."""
CONTENT = ("messages", "system_instructions", "tool.definitions", "tool.call.arguments", "tool.call.result")


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture(scope="module")
def broken() -> Counter[Place]:
    """How often each line was broken so far."""
    return Counter()


@pytest.fixture
def stage(server, transport, scenario):
    made = Stage(server, transport, ALL[scenario])
    yield made
    made.close()


@pytest.mark.parametrize("transport", ["httpx"])
@pytest.mark.parametrize("scenario", PLAYED)
def test_fault_at_any_line_of_the_capture_changes_nothing_for_the_agent(
    stage, instrumented, monkeypatch, broken, scenario
):
    bare = stage.run()
    counted = Counted()
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    places = [place for place in stage.places()[0] if place.file.startswith("content/")]
    assert places, scenario
    places = [place for place in places if broken[place] < OFTEN]
    broken.update(places)
    assert not stage.wrong_places(bare, places, counted)


@pytest.mark.parametrize(
    ("transport", "scenario"),
    [
        *((transport, name) for transport in CALLERS for name in ("plain", "streamed", "tool loop", "cut off")),
        *(("httpx", name) for name in FLOWS),
    ],
)
def test_fault_at_a_line_that_only_the_capture_passes_changes_nothing_over_any_transport(
    stage, instrumented, monkeypatch, transport, scenario
):
    del transport, scenario
    bare = stage.run()
    counted = Counted()
    instrumented(raise_faults=False)
    without = {*stage.places()[0]}
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    assert stage.run() == bare
    places = [place for place in stage.places()[0] if place not in without and not place.file.startswith("content/")]
    assert places
    assert not stage.wrong_places(bare, places, counted)


@pytest.mark.parametrize("part", ["suspicion.kinds_in", "clean.Cleaner._fitted", "clean._Walk.value", "size.fit"])
def test_what_could_not_be_cleaned_never_leaves(server, instrumented, monkeypatch, part):
    def fail(*_args):
        raise RecursionError(part)

    def told() -> list[str]:
        spans = instrumented(raise_faults=False)
        stage.run()
        assert spans.named("chat")
        return [key for span in spans.all() for key in span.attributes if key.endswith(CONTENT)]

    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    monkeypatch.setattr("spanwise.content.suspicion.EMBEDDED", b"{")  # every text is looked at
    stage = Stage(server, "httpx", ALL["tool loop"])
    assert told()
    monkeypatch.setattr(f"spanwise.content.{'clean.fit' if part == 'size.fit' else part}", fail)
    assert told() == []
    stage.close()
