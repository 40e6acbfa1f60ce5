"""Stops that somebody else decided on: asked for in the background, honoured at the next call."""

from __future__ import annotations

import json
import threading
import time

import openai
import pytest

import spanwise
from spanwise import stops
from spanwise.budget import BUDGETS, RunStopped
from tests.support.webhook import Reply, Server

ASK = [{"role": "user", "content": "Where does the Danube flow?"}]


class Collector:
    """Says which runs to stop, and remembers what it was asked."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.stops: list[object] = []
        self.status = 200

    def answer(self, delivery):
        self.paths.append(delivery.path)
        return Reply(self.status, body=json.dumps({"stops": self.stops}).encode())


@pytest.fixture
def collector():
    told = Collector()
    with Server(told.answer) as server:
        told.url = server.url
        yield told


@pytest.fixture
def listening(collector, monkeypatch, instrumented):
    monkeypatch.setattr(stops, "EVERY_S", 0.02)
    monkeypatch.setenv("SPANWISE_STOP_URL", collector.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "shop & co")
    instrumented()
    return collector


@pytest.fixture
def ask(provider):
    with openai.OpenAI(api_key="none", base_url=provider.base_url) as client:
        yield lambda: client.chat.completions.create(model="gpt-4o", messages=ASK)


def until(condition, deadline_s=20.0):
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def watching() -> bool:
    return any(thread.name == "spanwise-stops" for thread in threading.enumerate())


def test_nobody_is_asked_unless_the_user_wants_it(ask, instrumented):
    instrumented()
    ask()
    assert not watching()
    assert not BUDGETS.on


def test_a_run_that_is_to_be_stopped_makes_no_other_call(ask, listening, provider):
    with spanwise.agent("a") as span:
        ask()
        trace_id = f"{span.get_span_context().trace_id:032x}"
        listening.stops = [{"trace_id": "f" * 32, "reason": "another"}, {"trace_id": trace_id, "reason": "it loops"}]
        asked = len(listening.paths)
        until(lambda: len(listening.paths) > asked + 1)
        with pytest.raises(RunStopped, match=f"it loops .trace {trace_id}"):
            ask()
    assert len(provider.requests) == 1
    assert set(listening.paths) == {"/api/v1/stops?service=shop+%26+co"}
    with spanwise.agent("a"):
        ask()


def test_nobody_is_asked_before_the_first_call_nor_long_after_the_last(ask, listening, monkeypatch):
    assert not watching()
    ask()
    until(lambda: listening.paths)
    monkeypatch.setattr(stops, "BUSY_S", 0.0)
    until(lambda: not watching())
    monkeypatch.setattr(stops, "BUSY_S", 120.0)
    ask()
    assert watching()


@pytest.mark.parametrize(
    "odd", [[{}], [{"trace_id": 7}], [{"trace_id": "x" * 32}], ["a"], [None], "no list", {"a": 1}, None]
)
def test_an_odd_answer_stops_nothing(ask, listening, odd):
    listening.stops = odd
    with spanwise.agent("a"):
        ask()
        asked = len(listening.paths)
        until(lambda: len(listening.paths) > asked + 1)
        ask()


def test_a_collector_that_does_not_answer_stops_nothing_and_is_told_once(ask, listening, caplog):
    listening.status = 503
    with spanwise.agent("a"):
        ask()
        until(lambda: len(listening.paths) > 3)
        ask()
    told = [record.message for record in caplog.records if "does not say which runs" in record.message]
    assert len(told) == 1


def test_the_thread_is_gone_when_tracing_ends(ask, listening):
    ask()
    until(lambda: listening.paths)
    spanwise.uninstrument()
    until(lambda: not watching())
