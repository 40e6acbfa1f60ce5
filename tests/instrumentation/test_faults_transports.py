"""A fault at any line of ours that a call passes never changes what the agent sees, over any transport."""

import pytest

from tests.support import wire
from tests.support.breaking import Place
from tests.support.callers import CALLERS
from tests.support.scenes import FLOWS, PACKED, SCENARIOS
from tests.support.stage import Counted, Stage

USUAL = ("plain", "streamed")
WHOLE = "httpx2"
"""Here every scenario breaks all of its lines; over the others only those that no usual scenario over them passes."""
SHARED = {"httpx": "httpx2", "httpx async": "httpx2 async"}
"""Transports whose code is all another's, so that the usual scenarios do for them."""
CASES = [
    *((one, name) for one in CALLERS for name in SCENARIOS if one not in SHARED or name in USUAL),
    *((WHOLE, name) for name in FLOWS),
]


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture(scope="module")
def passed() -> dict[str, set[Place]]:
    """The places that the usual scenarios pass, by transport, as far as they were asked for."""
    return {}


@pytest.fixture
def usual(server, passed, transport):
    """Give the places of the usual scenarios, while we are instrumented."""

    def found() -> set[Place]:
        if transport not in passed:
            stages = [Stage(server, transport, SCENARIOS[name]) for name in USUAL]
            passed[transport] = {place for one in stages for place in one.places()[0]}
            for one in stages:
                one.close()
        return passed[transport]

    return found


@pytest.fixture
def stage(server, transport, scenario):
    made = Stage(server, transport, {**SCENARIOS, **FLOWS}[scenario])
    yield made
    made.close()


@pytest.mark.parametrize(("transport", "scenario"), CASES)
def test_fault_at_any_line_changes_nothing_for_the_agent_and_leaves_no_span_open(
    stage, usual, instrumented, transport, scenario
):
    bare = stage.run()
    counted = Counted()
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    assert stage.run() == bare
    places = stage.places()[0]
    assert places
    if scenario not in USUAL and (transport != WHOLE or scenario == "time-out"):  # where each run waits
        places = [place for place in places if place not in usual()]
    assert not stage.wrong_places(bare, places, counted)


@pytest.mark.parametrize("transport", [name for name in CALLERS if name not in {"botocore", *SHARED}])
def test_fault_in_what_takes_a_coding_away_leaves_the_agent_no_byte_of_it(server, instrumented, transport):
    stage = Stage(server, transport, PACKED)
    bare = stage.run()
    counted = Counted()
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    assert stage.run() == bare
    places = stage.places()[0]
    assert any(place.function == "StreamWatch.__init__" for place in places)
    assert not stage.wrong_places(bare, places, counted)
    stage.close()
