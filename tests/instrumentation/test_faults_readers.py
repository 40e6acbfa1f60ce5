"""A fault in the reader of any API never changes what the agent sees, whether at one line or in all it does."""

from collections import Counter

import pytest

from spanwise.apis import registry
from tests.support import breaking, wire
from tests.support.breaking import Place
from tests.support.scenes import FLOWS, READERS, RICH, SCENARIOS
from tests.support.stage import Counted, Stage

METHODS = (
    "recognises",
    "read_request",
    "ask_for_usage",
    "fold_headers",
    "may_wait",
    "fold_body",
    "fold_event",
    "input_bytes",
)
NONSENSE = (None, 7, -1.5, "nonsense", (), {"a": None}, object())
ALL = {**SCENARIOS, **FLOWS, **READERS, **RICH}
OFTEN = 3
"""In how many scenarios a line that many of them pass is broken."""


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


@pytest.fixture(scope="module")
def broken() -> Counter[Place]:
    """How often each line was broken so far."""
    return Counter()


@pytest.fixture
def stage(server, scenario):
    made = Stage(server, "httpx", ALL[scenario])
    yield made
    made.close()


@pytest.mark.parametrize("scenario", [*READERS, *RICH, *FLOWS])
def test_fault_at_any_line_of_a_reader_changes_nothing_for_the_agent(stage, instrumented, broken, scenario):
    bare = stage.run()
    counted = Counted()
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    places = [place for place in stage.places()[0] if place.file.startswith("apis/")]
    assert places, scenario
    places = [place for place in places if broken[place] < OFTEN]
    broken.update(places)
    assert not stage.wrong_places(bare, places, counted)


@pytest.mark.parametrize("scenario", ["plain", "streamed", "in crumbs", "tool loop", "500", "converse streamed"])
@pytest.mark.parametrize("method", METHODS)
def test_reader_that_always_raises_changes_nothing_for_the_agent(stage, instrumented, monkeypatch, method, scenario):
    def broken(*_args, **_kwargs):
        raise RecursionError(scenario)

    bare = stage.run()
    instrumented(raise_faults=False)
    for api in registry.APIS:
        monkeypatch.setattr(type(api), method, broken, raising=False)
    assert [stage.run(), stage.run()] == [bare, bare]


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("method", [method for method in METHODS if method != "fold_event"])
def test_reader_that_answers_nonsense_changes_nothing_for_the_agent(
    server, instrumented, monkeypatch, method, nonsense
):
    stages = [Stage(server, "httpx", ALL[name]) for name in ("plain", "streamed")]
    bare = [stage.run() for stage in stages]
    instrumented(raise_faults=False)
    for api in registry.APIS:
        monkeypatch.setattr(type(api), method, lambda *_args: nonsense, raising=False)
    seen = [stage.run() for stage in stages]
    for stage in stages:
        stage.close()
    assert seen == bare


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("scenario", ["streamed"])
def test_event_is_hidden_only_where_the_reader_says_so_plainly(stage, instrumented, monkeypatch, nonsense):
    (bare, _) = stage.run()
    instrumented(raise_faults=False)
    for api in registry.APIS:
        monkeypatch.setattr(type(api), "fold_event", lambda *_args: nonsense)
    (seen, _) = stage.run()
    assert {*bare.body.split(b"\n")} <= {*seen.body.split(b"\n")}


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit])
def test_interruption_is_the_users_and_passes_wherever_it_comes(server, instrumented, fault):
    stage = Stage(server, "httpx", ALL["streamed"])
    instrumented(raise_faults=False)
    stage.run()  # and what is looked up once is known
    for place in stage.places()[0][::10]:
        with pytest.raises(fault):
            stage.broken_at(place, fault())
    stage.close()


def test_what_is_taken_for_safe_is_still_there():
    for file, functions in breaking.SHELLS.items():
        assert (breaking.ROOT / file).exists(), file
        assert {*(functions or ())} <= breaking.functions(file), file
