from __future__ import annotations

import asyncio
import logging
import os
import signal

import pytest

from spanwise_alerts.faults import ConfigError, Fault
from spanwise_stack.reloading import reloading


async def test_each_hang_up_reloads_and_a_bad_configuration_says_what_is_wrong(caplog: pytest.LogCaptureFixture):
    outcomes: list[list[Fault]] = [[Fault("f", "rules[0]", "no"), Fault("f", "rules[1]", "no")], []]
    done: asyncio.Queue[int] = asyncio.Queue()

    async def reload() -> None:
        faults = outcomes.pop(0)
        done.put_nowait(len(faults))
        if faults:
            raise ConfigError(faults)

    with caplog.at_level(logging.WARNING):
        async with reloading(reload):
            for wanted in (2, 0):
                os.kill(os.getpid(), signal.SIGHUP)
                assert await asyncio.wait_for(done.get(), 10) == wanted
            await asyncio.sleep(0)
    assert [record.message for record in caplog.records] == [
        "nothing is changed: f: rules[0]: no", "nothing is changed: f: rules[1]: no", "the configuration is read anew",
    ]  # fmt: skip


async def test_without_the_block_a_hang_up_is_what_it_was():
    async def reload() -> None:
        raise AssertionError

    async with reloading(reload):
        pass
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL
