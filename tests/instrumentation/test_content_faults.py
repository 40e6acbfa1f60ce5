"""A fault in the capture of content never changes what the agent sees, and never lets what was not cleaned leave."""

import pytest

from tests.support import wire
from tests.support.stage import READERS, SCENARIOS, Counted, Stage

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
ALL = {**SCENARIOS, **READERS}
PLAYED = ("plain", "streamed", "tool loop", *READERS)
CONTENT = ("messages", "system_instructions", "tool.definitions", "tool.call.arguments", "tool.call.result")


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.mark.parametrize("scenario", PLAYED)
def test_fault_at_any_line_of_the_capture_changes_nothing_for_the_agent(server, instrumented, monkeypatch, scenario):
    stage = Stage(server, "httpx", ALL[scenario])
    bare = stage.run()
    counted = Counted()
    monkeypatch.setenv(CAPTURE, "SPAN_ONLY")
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    places = [place for place in stage.places()[0] if place.file.startswith("content/")]
    assert places, scenario
    assert not stage.wrong_places(bare, places, counted)
    stage.close()


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
