"""A fault at any line of ours that a call passes never changes what the agent sees, over any transport."""

import pytest

from tests.support import wire
from tests.support.callers import CALLERS
from tests.support.stage import SCENARIOS, Counted, Stage


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture
def stage(server, transport, scenario):
    made = Stage(server, transport, SCENARIOS[scenario])
    yield made
    made.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("transport", CALLERS)
def test_fault_at_any_line_changes_nothing_for_the_agent_and_leaves_no_span_open(
    server, stage, instrumented, transport, scenario
):
    bare = stage.run()
    counted = Counted()
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    assert stage.run() == bare
    places, _ = stage.places()
    if scenario == "time-out":  # each run waits, so only what the others do not pass
        usual = Stage(server, transport, SCENARIOS["streamed"])
        places = sorted({*places} - {*usual.places()[0]})
        usual.close()
        server.answer = SCENARIOS[scenario].answers(server)
    assert places
    assert not stage.wrong_places(bare, places, counted)
