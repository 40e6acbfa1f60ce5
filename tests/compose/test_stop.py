"""Ctrl-C and SIGTERM."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from spanwise_stack.stop import Stop

TWICE = """
import asyncio, os, signal
from spanwise_stack.stop import Stop
async def main():
    stop = Stop()
    with stop.listening():
        os.kill(os.getpid(), signal.SIGTERM)
        assert await stop.within(None)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()
asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_asks_for_an_end(number):
    stop = Stop()
    with stop.listening():
        assert not stop.asked
        os.kill(os.getpid(), number)
        assert await stop.within(None)
    assert stop.asked


async def test_without_a_signal_waiting_ends_with_its_time():
    assert not await Stop().within(0.01)


async def test_the_signals_are_given_back():
    before = signal.getsignal(signal.SIGTERM)
    with Stop().listening():
        await asyncio.sleep(0)
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_second_signal_ends_the_process_at_once():
    ended = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 128 + signal.SIGINT
    assert "acknowledged spans are in the journal" in ended.stderr
