"""The course of the demo."""

import io
import random
import signal

import httpx
import pytest

from spanwise_stack.demo.course import COURSE, Course
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.rules import WINDOW_S
from spanwise_stack.demo.sinks import Sinks
from spanwise_stack.demo.weather import Weather
from spanwise_stack.demo.witness import Witness
from spanwise_stack.errors import AgentEnded
from spanwise_stack.numbers import Numbers
from spanwise_stack.stop import Stop
from spanwise_stack.terminal import Plain
from tests.support.collector import collecting


class Alive:
    """An agent that runs."""

    def check(self):
        pass


class Ended:
    """An agent that ended."""

    def check(self):
        raise AgentEnded("status 1")


@pytest.fixture
async def numbers(tmp_path):
    async with collecting(tmp_path) as talk, httpx.AsyncClient(base_url=talk.http) as client:
        yield Numbers(client)


def course(stop, out):
    return Course(
        Provider(Weather(random.Random(1))), Witness(Sinks("127.0.0.1:1", "http://127.0.0.1:2")), Plain(out), stop
    )


def test_the_recovery_outlasts_the_window_and_the_longest_answer():
    traffic, fault, recovery = COURSE
    assert (traffic.faulty, fault.faulty, recovery.faulty) == (False, True, False)
    assert recovery.duration_s > WINDOW_S + 10 + 4.5
    assert sum(phase.duration_s for phase in COURSE) < 90


async def test_it_says_the_phase_and_shows_numbers_until_its_time_is_over(numbers):
    out = io.StringIO()
    await course(Stop(), out).play(numbers, Alive(), 0.0, once=True)
    assert "traffic  the agents work" in out.getvalue()
    assert "0 calls" in out.getvalue()


async def test_it_ends_when_the_user_asks(numbers):
    stop = Stop()
    stop.ask(signal.SIGINT)
    out = io.StringIO()
    await course(stop, out).play(numbers, Alive(), None, once=False)
    assert "fault" not in out.getvalue()


async def test_an_agent_that_ended_ends_it(numbers):
    with pytest.raises(AgentEnded):
        await course(Stop(), io.StringIO()).play(numbers, Ended(), None, once=True)
