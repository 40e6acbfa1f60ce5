"""Runs the stack until it is asked to stop, and says what became of the spans."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from spanwise_alerts.events import Event
from spanwise_stack import process
from spanwise_stack.config import StackConfig
from spanwise_stack.news import lines
from spanwise_stack.reloading import reloading
from spanwise_stack.stack import Stack
from spanwise_stack.stop import Stop
from spanwise_stack.terminal import Plain, Screen


async def serve(
    config: StackConfig,
    *,
    for_s: float | None,
    started_s: float,
    reread: Callable[[], StackConfig] | None = None,
    file: Path | None = None,
) -> int:
    """Run until Ctrl-C, SIGTERM or the end of `for_s`; give the exit status. SIGHUP reloads rules and routing.

    Args:
        config: of all parts.
        for_s: how long; none for ever.
        started_s: when the command began, on `time.perf_counter`.
        reread: reads the configuration anew.
        file: where it stands; a change of it reloads, too.
    """
    stop, screen = Stop(), Plain()

    def tell(event: Event) -> None:
        for line in lines(event):
            screen.say(line)

    with stop.listening():
        stack = Stack(config, tell, reread, file)
        async with stack, reloading(stack.reload):
            welcome(screen, stack.addresses, config.collector.data, started_s)
            await stop.within(for_s)
            screen.say("stopping: refuse, drain, flush, close")
        return farewell(screen, stack.ledger)


def welcome(screen: Screen, addresses: Mapping[str, str], data: Path, started_s: float) -> None:
    """Say that everything is ready, and what to open."""
    process.started()
    screen.say(f"ready in {time.perf_counter() - started_s:.2f} s")
    screen.say(f"  send spans to  http://{addresses['otlp_http']} (OTLP/HTTP), {addresses['otlp_grpc']} (OTLP/gRPC)")
    screen.say(f"  query API      http://{addresses['http']}/docs")
    screen.say(f"  metrics        http://{addresses['http']}/metrics")
    screen.say(f"  alerts         http://{addresses['alerts']}/api/v2/alerts")
    screen.say(f"  data           {data.resolve()}")


def farewell(screen: Screen, ledger: Mapping[str, int]) -> int:
    """Say what became of every acknowledged span; give the exit status, 1 if one is lost."""
    screen.say(
        f"stopped: {ledger['acknowledged']} spans acknowledged, {ledger['stored']} stored, "
        f"{ledger['rejected']} rejected, {ledger['duplicate']} duplicate; {ledger['lost']} spans lost"
    )
    if ledger["lost"]:
        screen.say("what is lost from the numbers is in the journal still: the next start on this data reads it again")
    return 1 if ledger["lost"] else 0
