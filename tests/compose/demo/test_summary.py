"""What the demo says at its end."""

import io
import random
import time

import httpx

from spanwise_stack.demo.course import Course
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.sinks import Sinks
from spanwise_stack.demo.summary import summarise
from spanwise_stack.demo.weather import Weather
from spanwise_stack.demo.witness import Witness
from spanwise_stack.numbers import Numbers
from spanwise_stack.stop import Stop
from spanwise_stack.terminal import Plain
from tests.support.collector import collecting
from tests.support.otlp import traffic


async def summary_of(talk, answered, ended=()):
    provider = Provider(Weather(random.Random(1)))
    provider.answered = answered
    course = Course(provider, Witness(Sinks("127.0.0.1:1", "http://127.0.0.1:2")), Plain(io.StringIO()), Stop())
    async with httpx.AsyncClient(base_url=talk.http) as client:
        return await summarise(course, Numbers(client), ended)


async def test_when_nothing_happened_everything_is_missing(tmp_path):
    async with collecting(tmp_path) as talk:
        found = await summary_of(talk, answered=7, ended=["the agent ended with status 1"])
    for line in (
        "the agent ended with status 1",
        "the alert llm-latency did not fire",
        "the alert llm-rate-limited did not fire",
        "the provider answered 7 calls, the collector counted 0",
        "no tool was called",
        "no run of the agent finished",
    ):
        assert line in found.missing
        assert f"MISSING: {line}" in found.verdict


async def test_it_says_calls_cost_and_where_the_slowest_run_spent_its_time(tmp_path):
    body, truth = traffic(seed=2, spans=200, now_ns=time.time_ns(), spread_s=5)
    async with collecting(tmp_path) as talk:
        await talk.send(body)
        found = await summary_of(talk, answered=len(truth.llm))
    text = "\n".join(found.lines)
    assert f"{len(truth.llm)} calls, {truth.llm_errors} failed" in text
    slowest = max(truth.runs, key=lambda run: run.duration_s)
    assert f"slowest run {slowest.trace_id.hex()}: " in text
    assert "waited longest for " in text
    assert not [line for line in found.missing if "the provider answered" in line]
