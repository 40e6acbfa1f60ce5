import os
import threading
import time

import pytest

import spanwise
from spanwise import heartbeat


def until(found, deadline_s=20.0):
    """Wait until something is there."""
    deadline = time.monotonic() + deadline_s
    while not found() and time.monotonic() < deadline:
        time.sleep(0.005)
    return found()


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "spanwise-heartbeat"]


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.03)


def test_a_run_that_lasts_is_told_of_again_and_again_while_it_does(spans):
    with spanwise.agent("slow", conversation="c-1", tenant="acme") as run:
        beats = until(lambda: len(spans.named("heartbeat slow")) >= 2 and spans.named("heartbeat slow"))
    ended = spans.named("invoke_agent")[0]
    for beat in beats:
        assert beat.parent.span_id == run.get_span_context().span_id
        assert beat.start_time == ended.start_time
        assert ended.start_time < beat.end_time <= ended.end_time
        assert dict(beat.attributes) == {
            "gen_ai.operation.name": "heartbeat",
            "gen_ai.agent.name": "slow",
            "gen_ai.conversation.id": "c-1",
            "spanwise.tenant": "acme",
        }
    assert beats[0].end_time < beats[1].end_time


def test_a_run_that_ended_is_told_of_no_more_and_the_thread_goes(spans):
    with spanwise.workflow("triage"):
        assert until(lambda: spans.named("heartbeat triage"))
    assert until(lambda: not threads())
    told = len(spans.all())
    with spanwise.tool("search"):
        assert not threads()
    assert len(spans.all()) == told + 1


def test_each_run_is_told_of_with_its_own_names(spans):
    with spanwise.agent("outer"), spanwise.agent("inner"):
        assert until(lambda: spans.named("heartbeat inner") and spans.named("heartbeat outer"))
    names = {span.name: span.attributes["gen_ai.agent.name"] for span in spans.named("heartbeat")}
    assert names == {"heartbeat inner": "inner", "heartbeat outer": "outer"}


def test_a_run_that_fails_or_is_left_by_a_generator_is_told_of_no_more(spans):
    @spanwise.agent
    def steps():
        yield 1
        raise LookupError

    run = steps()
    next(run)
    assert until(lambda: spans.named("heartbeat steps"))
    with pytest.raises(LookupError):
        next(run)
    assert until(lambda: not threads())


def test_what_is_not_recorded_is_not_told_of():
    with spanwise.agent("unseen"):
        assert not threads()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_that_was_forked_tells_of_its_own_runs_only(spans):
    read, write = os.pipe()
    with spanwise.agent("parent"):
        assert until(threads)
        child = os.fork()
        if not child:
            try:
                with spanwise.agent("child"):
                    told = until(lambda: spans.named("heartbeat child"))
                    names = {span.name for span in spans.named("heartbeat") if span.name != "heartbeat parent"}
                    os.write(write, repr((bool(told), sorted(names), len(heartbeat._Process.watch.runs))).encode())
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert os.read(read, 1_000) == repr((True, ["heartbeat child"], 1)).encode()
    os.close(read)
    os.close(write)


def test_uninstrument_ends_the_thread_and_tells_of_no_run_any_more(instrumented):
    spans = instrumented()
    with spanwise.agent("slow"):
        assert until(lambda: spans.named("heartbeat slow"))
        spanwise.uninstrument()
        assert not threads()
        told = len(spans.all())
    assert len(spans.named("heartbeat")) == told
    instrumented()
    with spanwise.agent("again"):
        assert threads()
