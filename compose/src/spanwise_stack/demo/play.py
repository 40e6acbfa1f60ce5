"""Puts the demo together: sinks, provider, stack and agent, and plays its course."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from spanwise_alerts import config as alerts_config
from spanwise_collector.serving import serving
from spanwise_stack.config import StackConfig
from spanwise_stack.demo.child import AGENT_LOG, agent, last_words
from spanwise_stack.demo.course import Course
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.rules import WINDOW_S, alerts_section
from spanwise_stack.demo.sinks import Sinks, sinks
from spanwise_stack.demo.summary import Summary, summarise
from spanwise_stack.demo.weather import Weather
from spanwise_stack.demo.witness import Witness
from spanwise_stack.errors import AgentEnded
from spanwise_stack.numbers import Numbers
from spanwise_stack.serve import farewell, welcome
from spanwise_stack.stack import Stack
from spanwise_stack.stop import Stop
from spanwise_stack.terminal import Plain, Screen

_SEED: Final = 20


async def demo(config: StackConfig, *, for_s: float | None, started_s: float, own_data: bool) -> int:
    """Run the demo; give 0 if the alerts fired and resolved, were told, and no span was lost.

    Args:
        config: of all parts; the demo's own rules and receiver take the place of its alerts.
        for_s: how long; none for one course without a terminal, and until Ctrl-C with one.
        started_s: when the command began, on `time.perf_counter`.
        own_data: keep the data in a new temporary folder instead of the configured one.
    """
    if own_data:
        data = Path(tempfile.mkdtemp(prefix="spanwise-demo-"))
        config = config.model_copy(update={"collector": config.collector.model_copy(update={"data": data})})
    stop = Stop()
    provider = Provider(Weather(random.Random(_SEED)))  # noqa: S311 a demo draws no secrets
    with stop.listening():
        async with sinks() as arrived, serving(provider.app, "127.0.0.1:0", "the demo's provider") as host:
            stack = Stack(_telling(config, arrived))
            async with stack:
                screen = _screen(stack.addresses, config.collector.data)
                welcome(screen, stack.addresses, config.collector.data, started_s)
                summary = await _play(Course(provider, Witness(arrived), screen, stop), stack, host, for_s)
                screen.say("stopping: refuse, drain, flush, close")
            status = farewell(screen, stack.ledger)
    cut_short = sys.stdout.isatty() and stop.asked
    why = last_words(stack.data / AGENT_LOG) if summary.missing else []
    for line in (*summary.lines, *([] if cut_short else [*why, *summary.verdict])):
        screen.say(line)
    return status if cut_short or not summary.missing else 1


def _telling(config: StackConfig, arrived: Sinks) -> StackConfig:
    alerts = alerts_config.load(alerts_section(config.alerts.http, arrived), "demo", Path())
    return config.model_copy(update={"alerts": alerts})


def _screen(addresses: Mapping[str, str], data: Path) -> Screen:
    if not sys.stdout.isatty():
        return Plain()
    from spanwise_stack.live import Live

    api, alerts = addresses["http"], addresses["alerts"]
    foot = f"http://{api}/docs   http://{api}/metrics   http://{alerts}/api/v2/alerts\ndata {data}   Ctrl-C stops"
    return Live(foot, WINDOW_S)


async def _play(course: Course, stack: Stack, provider: str, for_s: float | None) -> Summary:
    log = stack.data / AGENT_LOG
    course.screen.say(f"  agent's log    {log.resolve()}")
    ended: list[str] = []
    async with httpx.AsyncClient(base_url=f"http://{stack.addresses['http']}", trust_env=False) as client:
        numbers = Numbers(client)
        course.begin(asyncio.get_running_loop().time())
        async with agent(provider, stack.addresses["otlp_http"], log) as child:
            try:
                with course.screen:
                    await course.play(numbers, child, for_s, once=for_s is None and not sys.stdout.isatty())
            except AgentEnded as fault:
                ended.append(str(fault))
        return await summarise(course, numbers, ended)
