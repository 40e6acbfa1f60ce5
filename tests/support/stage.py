"""Calls of a model that can be run again and again, alike each time, while one line of ours after another is broken."""

import contextvars
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from spanwise import exchange, guard
from spanwise.later import LATER
from spanwise.unfinished import UNDER_WAY
from tests.support import breaking, wire
from tests.support.breaking import Place
from tests.support.callers import CALLERS, PATIENCE_S, Seen
from tests.support.own_calls import SSE
from tests.support.protocols.shape import Call

TRIES = 100
FAULTS = (RuntimeError("ours"), RecursionError("ours"), MemoryError("ours"), KeyError("ours"))
# What a request says of the moment it was made, and what asking for the usage changes.
_PASSING = {"accept-encoding", "content-length", "amz-sdk-invocation-id", "x-amz-date", "authorization", "traceparent"}

SETTLE = guard.guarded(LATER.settle)
"""Does what calls have put off."""
Answers = Callable[[wire.Wire], wire.Answer]


@dataclass(frozen=True)
class Scenario:
    """What the provider does, and which calls the agent makes, one after another: path, body and headers."""

    answers: Answers
    calls: tuple[tuple[str, dict, dict], ...]
    timeout_s: float = PATIENCE_S
    asks_again: bool = False
    """Where what we asked for is refused, the provider is asked again."""


class Counted(SpanProcessor):
    """Counts the spans that began and that ended."""

    def __init__(self) -> None:
        self.open = 0

    def on_start(self, span: object, parent_context: object = None) -> None:
        del span, parent_context
        self.open += 1

    def on_end(self, span: ReadableSpan) -> None:
        del span
        self.open -= 1


class Stage:
    """One transport, one scenario."""

    def __init__(self, server: wire.Wire, transport: str, scenario: Scenario) -> None:
        self._answer = scenario.answers(server)
        self._server = server
        self._calls = scenario.calls
        self._asks_again = scenario.asks_again
        self._caller = CALLERS[transport](server.address, scenario.timeout_s)
        self.around: Callable[[], AbstractContextManager[object]] = nullcontext
        """What the agent is in while it calls."""

    def run(self) -> list[object]:
        """Make the calls, in a context of their own; give what the agent saw and what the provider was asked."""
        self._server.answer = self._answer
        self._server.calls.clear()
        seen = contextvars.copy_context().run(self._run)
        SETTLE()
        asked = [_asked(call) for call in list(self._server.calls)]
        if self._asks_again and len(asked) == 2 and asked[0] == asked[1]:
            asked.pop()
        return [*seen, *asked]

    def _run(self) -> list[Seen]:
        with self.around():
            return [
                _as_without_asking(self._caller.call(path, body, headers, streamed=_streams(path, body, headers)))
                for path, body, headers in self._calls
            ]

    def places(self) -> tuple[list[Place], set[str]]:
        exchange.configure(stream_usage=True)  # forget failures, refusals and tool calls of the run before
        return breaking.watched(self.run)

    def broken_at(self, place: Place, fault: BaseException) -> object:
        """Run with a fault at a place; how bytes arrive may lead past it, so it is tried again."""
        for _ in range(TRIES):
            exchange.configure(stream_usage=True)
            seen, struck = breaking.broken_at(place, fault, self.run)
            if struck:
                return seen
        raise AssertionError(f"{place} was not passed")

    def wrong_places(self, bare: object, places: Iterable[Place], counted: "Counted") -> list[str]:
        """Break each place in turn; tell where that shows, or leaves a span open."""
        wrong: list[str] = []
        for at, place in enumerate(places):
            if self.broken_at(place, FAULTS[at % len(FAULTS)]) != bare:
                wrong.append(f"{place} shows")
            if UNDER_WAY or (counted.open and place.file not in breaking.SPANS):
                wrong.append(f"{place} leaves a span open")
            UNDER_WAY.clear()
            counted.open = 0
        return wrong

    def close(self) -> None:
        self._caller.close()


def _streams(path: str, body: dict, headers: dict) -> bool:
    return body.get("stream") is True or "stream" in path.lower() or SSE.items() <= headers.items()


def _as_without_asking(seen: Seen) -> Seen:
    """Leave out `"usage": null`, which every chunk has where usage is asked for, and a coding that is taken away."""
    headers = tuple(header for header in seen.headers if header[0] != "content-encoding")
    body = seen.body.replace(b', "usage": null', b"") if isinstance(seen.body, bytes) else seen.body
    return replace(seen, body=body, headers=headers)


def _asked(call: Call) -> object:
    headers = {name: value for name, value in call.headers.items() if name not in _PASSING}
    body = json.loads(call.body or b"{}")
    body.pop("stream_options", None)
    return call.path, headers, body
