"""The demo's course: traffic, a fault, recovery; over and over, or once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from spanwise_stack.demo.child import Child
from spanwise_stack.demo.provider import Provider
from spanwise_stack.demo.rules import WINDOW_S
from spanwise_stack.demo.witness import Witness
from spanwise_stack.numbers import Numbers
from spanwise_stack.stop import Stop
from spanwise_stack.terminal import Screen, View

_TICK_S: Final = 0.25
_SLOT_S: Final = 10
"""Live windows consist of slots of ten seconds; one more takes in the slot that the start lies in."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One part of the course."""

    name: str
    duration_s: float
    faulty: bool


COURSE: Final = (
    Phase("traffic", 15.0, faulty=False),
    Phase("fault", 15.0, faulty=True),
    Phase("recovery", WINDOW_S + 25.0, faulty=False),
)


_SAID: Final = {
    "traffic": "the agents work, the provider is well",
    "fault": "the provider slows gpt-4o down and refuses calls of gpt-4o-mini with 429",
    "recovery": "the provider is well again",
}


class Course:
    """Moves the provider through the phases and shows what comes of it.

    Args:
        provider: whose weather is changed.
        witness: of what arrives in the sinks.
        screen: where numbers and news go.
        stop: ends the course early.
    """

    def __init__(self, provider: Provider, witness: Witness, screen: Screen, stop: Stop) -> None:
        self.provider = provider
        self.witness = witness
        self.screen = screen
        self._stop = stop
        self._began_s = 0.0
        self._show_s = 0.0

    def begin(self, at_s: float) -> None:
        """Count from this moment of the event loop's clock."""
        self._began_s = at_s

    @property
    def elapsed_s(self) -> float:
        """Tell how long the demo has been going on."""
        return asyncio.get_running_loop().time() - self._began_s

    @property
    def since_s(self) -> int:
        """Give a window that holds everything since the demo began."""
        return int(self.elapsed_s) + _SLOT_S

    async def play(self, numbers: Numbers, child: Child, until_s: float | None, *, once: bool) -> None:
        """Go on until the user stops it or `until_s` is over; `once`, until all was seen.

        Raises:
            AgentEnded: the agent did not run until the end.
        """
        for phase in COURSE if once else cycle(COURSE):
            self.provider.weather.faulty = phase.faulty
            self.screen.say(f"{self.elapsed_s:5.1f}s  {phase.name:<8} {_SAID[phase.name]}")
            ends_s = self.elapsed_s + phase.duration_s
            while self.elapsed_s < ends_s and not self._recovered(phase):
                child.check()
                self.tell()
                await self._show(phase, numbers)
                if await self._stop.within(_TICK_S) or (until_s is not None and self.elapsed_s >= until_s):
                    return

    def tell(self) -> None:
        """Say what arrived in the sinks since the last time."""
        for line in self.witness.news(self.elapsed_s):
            self.screen.say(line)

    def _recovered(self, phase: Phase) -> bool:
        return phase is COURSE[-1] and not self.witness.missing() and not self.witness.firing

    async def _show(self, phase: Phase, numbers: Numbers) -> None:
        if self.elapsed_s < self._show_s:
            return
        self._show_s = self.elapsed_s + self.screen.every_s
        snapshot = await numbers.snapshot(self.since_s, WINDOW_S)
        self.screen.show(View(self.elapsed_s, phase.name, snapshot, self.witness.firing))
