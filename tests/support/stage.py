"""Calls of a model that can be run again and again, alike each time, while one line of ours after another is broken."""

import contextvars
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from spanwise import exchange
from spanwise.unfinished import UNDER_WAY
from tests.support import breaking, own_calls, wire
from tests.support.breaking import Place
from tests.support.callers import BODY, CALLERS, CHAT, PATIENCE_S, STREAM, Seen
from tests.support.protocols.shape import Call, Say

HASTE_S = 0.01
TRIES = 100
FAULTS = (RuntimeError("ours"), RecursionError("ours"), MemoryError("ours"), KeyError("ours"))
# What a request says of the moment it was made, and what asking for the usage changes.
_PASSING = {"accept-encoding", "content-length", "amz-sdk-invocation-id", "x-amz-date", "authorization"}
TOOL = ("call_1", "weather", '{"city":"Wien"}')
ASKED: dict = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": TOOL[2]}}
TURNS: list = [
    *BODY["messages"],
    {"role": "assistant", "content": None, "tool_calls": [ASKED]},
    {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
]
LOOP = {**STREAM, "messages": TURNS}

Answers = Callable[[wire.Wire], wire.Answer]


@dataclass(frozen=True)
class Scenario:
    """What the provider does, and which calls the agent makes, one after another: path, body and headers."""

    answers: Answers
    calls: tuple[tuple[str, dict, dict], ...]
    timeout_s: float = PATIENCE_S
    asks_again: bool = False
    """Where what we asked for is refused, the provider is asked again."""


def saying(*script: Say) -> Answers:
    def answers(server: wire.Wire) -> wire.Answer:
        return lambda call: wire.http(wire.spoken(call, script[min(len(server.calls), len(script)) - 1]))

    return answers


def _halting(call: Call) -> Iterable[wire.Piece]:
    pieces = [piece for piece in wire.http(wire.spoken(call)) if isinstance(piece, bytes)]
    return [b"".join(pieces[:3]), wire.Halt]  # at once: what comes before the time-out must not depend on the clock


def _cutting(call: Call) -> Iterable[wire.Piece]:
    pieces = wire.http(wire.spoken(call))
    return [*pieces[:3], wire.Cut] if len(pieces) > 1 else [pieces[0][:-20], wire.Cut]  # type: ignore[index]


def _crumbling(call: Call) -> Iterable[wire.Piece]:
    reply = wire.spoken(call)
    if not reply.streamed:
        return wire.http(reply)
    whole = b"".join(reply.parts)
    return wire.http(replace(reply, parts=tuple(whole[at : at + 90] for at in range(0, len(whole), 90))))


def _untyped(call: Call) -> Iterable[wire.Piece]:
    return wire.http(replace(wire.spoken(call), content_type="application/octet-stream"))


def _always(answer: wire.Answer) -> Answers:
    return lambda _: answer


_PLAIN, _STREAMED, _LOOP = (CHAT, BODY, {}), (CHAT, STREAM, {}), (CHAT, LOOP, {})
SCENARIOS = {
    "plain": Scenario(saying(Say()), (_PLAIN,)),
    "streamed": Scenario(saying(Say()), (_STREAMED,)),
    "in crumbs": Scenario(_always(_crumbling), (_STREAMED,)),
    "without its type": Scenario(_always(_untyped), (_STREAMED,)),
    "tool loop": Scenario(saying(Say(tool=TOOL), Say()), (_STREAMED, _LOOP)),
    "429 then 200": Scenario(saying(Say(status=429), Say()), (_STREAMED, _STREAMED)),
    "500": Scenario(saying(Say(status=500)), (_PLAIN,)),
    "option refused": Scenario(_always(wire.refusing), (_STREAMED,), asks_again=True),
    "cut off": Scenario(_always(_cutting), (_STREAMED,)),
    "time-out": Scenario(_always(_halting), (_STREAMED,), HASTE_S),
}
READERS = {
    **{f"{name} plain": Scenario(saying(Say()), (case,)) for name, case in own_calls.PLAIN.items()},
    **{f"{name} streamed": Scenario(saying(Say()), (case,)) for name, case in own_calls.STREAMED.items()},
    **{f"{name} tool": Scenario(saying(Say(tool=TOOL)), (own_calls.STREAMED[name],)) for name in own_calls.TOOLED},
}


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

    def run(self) -> list[object]:
        """Make the calls, in a context of their own; give what the agent saw and what the provider was asked."""
        self._server.answer = self._answer
        self._server.calls.clear()
        seen = contextvars.copy_context().run(self._run)
        asked = [_asked(call) for call in list(self._server.calls)]
        if self._asks_again and len(asked) == 2 and asked[0] == asked[1]:
            asked.pop()
        return [*seen, *asked]

    def _run(self) -> list[Seen]:
        return [
            _as_without_asking(
                self._caller.call(path, body, headers, streamed="stream" in body and body["stream"] is True)
            )
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


def _as_without_asking(seen: Seen) -> Seen:
    """Leave out `"usage": null`, which every chunk has where usage is asked for, and which says nothing."""
    if isinstance(seen.body, bytes):
        return replace(seen, body=seen.body.replace(b', "usage": null', b""))
    return seen


def _asked(call: Call) -> object:
    headers = {name: value for name, value in call.headers.items() if name not in _PASSING}
    body = json.loads(call.body or b"{}")
    body.pop("stream_options", None)
    return call.path, headers, body
