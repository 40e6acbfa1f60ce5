"""One program for every instrumentor: the real openai SDK on a mock transport; needs nothing of this repository.

Run as a script it says what it measures with, and then answers each line of its input with one round as JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import sys
from importlib.metadata import version
from time import process_time_ns
from typing import TYPE_CHECKING, Any

import httpx2
import openai
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNKS = 100
MESSAGES: Any = [
    {"role": "system", "content": "You are brief."},
    {"role": "user", "content": "Name a river in Europe. " * 8},
]
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-2024-08-06",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "The Danube. " * 20}}
    ],
    "usage": {
        "prompt_tokens": 60,
        "completion_tokens": 80,
        "total_tokens": 140,
        "prompt_tokens_details": {"cached_tokens": 32},
        "completion_tokens_details": {"reasoning_tokens": 0},
    },
}
WARM_UP = 100
"""Calls after each switch that are not measured: the interpreter learns anew what was exchanged."""


class Sink(SpanExporter):
    """Reads what spans tell, as an exporter does, counts and drops them."""

    def __init__(self):
        self.spans = 0

    def export(self, spans):
        self.spans += sum(span.attributes is not None and span.status is not None for span in spans)
        return SpanExportResult.SUCCESS


class Events(httpx2.SyncByteStream):
    """A stream of events, one read for each, as a provider sends them."""

    def __init__(self, events: list[bytes]):
        self.events = events

    def __iter__(self) -> Iterator[bytes]:
        yield from self.events


def events(chunks: int, *, usage: bool) -> list[bytes]:
    def event(choices, **more) -> bytes:
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-4o",
            "choices": choices,
        }
        return b"data: " + json.dumps({**body, **more}, separators=(",", ":")).encode() + b"\n\n"

    made = [event([{"index": 0, "delta": {"content": " river"}, "finish_reason": None}]) for _ in range(chunks)]
    made.append(event([{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    if usage:
        made.append(event([], usage=ANSWER["usage"]))
    return [*made, b"data: [DONE]\n\n"]


class Provider(httpx2.BaseTransport):
    """Answers from memory: nothing but the SDK and the client is measured."""

    def __init__(self):
        self.plain = json.dumps(ANSWER).encode()
        self.streams = {(n, usage): events(n, usage=usage) for n in (1, CHUNKS) for usage in (False, True)}

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if not body.get("stream"):
            return httpx2.Response(200, headers={"content-type": "application/json"}, stream=Events([self.plain]))
        stream = Events(self.streams[int(body["user"]), "stream_options" in body])
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)


class Program:
    """The calls that are measured."""

    def __init__(self, transport: Provider):
        self.client = openai.OpenAI(api_key="none", http_client=httpx2.Client(transport=transport))

    def plain(self, messages: Any = MESSAGES) -> None:
        self.client.chat.completions.create(model="gpt-4o", messages=messages)

    def streamed(self, chunks: int) -> None:
        for _ in self.client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, user=str(chunks)):
            pass


def cpu_us(call: Callable[[], None], repeats: int, warm_up: int) -> float:
    """CPU of the whole process for one call, in microseconds."""
    for _ in range(warm_up):
        call()
    started = process_time_ns()
    for _ in range(repeats):
        call()
    return (process_time_ns() - started) / repeats / 1000


def pair(
    call: Callable[[], None],
    switch: Callable[..., None],
    repeats: int,
    *,
    on_first: bool,
    warm_up: int = WARM_UP,
) -> tuple[float, float]:
    """CPU of a call without and with, in microseconds, one right after the other."""
    spent: dict[bool, float] = {}
    for on in (True, False) if on_first else (False, True):
        switch(on=on)
        spent[on] = cpu_us(call, repeats, warm_up)
    switch(on=False)
    return spent[False], spent[True]


def switch_of(name: str, provider: TracerProvider) -> Callable[..., None]:
    """Give what turns an instrumentor on and off; `name` is `module:function` or `module:class`."""
    module, _, attribute = name.partition(":")
    made: Any = getattr(importlib.import_module(module), attribute)
    begin, end = (made, importlib.import_module(module).uninstrument) if module == "spanwise" else _methods(made())

    def switch(*, on: bool) -> None:
        if on:
            begin(tracer_provider=provider)
        else:
            end()

    return switch


def _methods(instrumentor: Any) -> tuple[Any, Any]:
    return instrumentor.instrument, instrumentor.uninstrument


def still(*, on: bool) -> None:
    """Leave what is on or off as it is."""
    del on


def main(name: str, repeats: int, mode: str) -> None:
    """Measure in a `mode`: `turns` is on and off in turns; `on` and `off` stay what they are, for one that cannot."""
    sink = Sink()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(sink))
    program, switch = Program(Provider()), switch_of(name, provider)
    states = {"turns": (True, False, True), "on": (True,), "off": ()}[mode]
    made = [spans_of_two(program, switch, provider, sink, on=on) for on in states]
    if mode == "turns":
        switch(on=False)
    else:
        switch = still
    gc.collect()
    gc.freeze()
    print(json.dumps({"openai": version("openai"), "spans": made}), flush=True)
    for number, _ in enumerate(sys.stdin):
        print(json.dumps(a_round(program, switch, repeats, on_first=number % 2 == 1)), flush=True)


def spans_of_two(
    program: Program, switch: Callable[..., None], provider: TracerProvider, sink: Sink, *, on: bool
) -> int:
    """Count the spans of two calls: what is measured must be on where it is on, and off where it is off."""
    switch(on=on)
    before = sink.spans
    program.plain()
    program.streamed(1)
    provider.force_flush()
    return sink.spans - before


def a_round(program: Program, switch: Callable[..., None], repeats: int, *, on_first: bool) -> dict[str, Any]:
    """Measure each kind of call once; a chunk is what the hundred of a long stream cost more than that of a short."""
    plain = pair(program.plain, switch, repeats, on_first=on_first)
    short = pair(lambda: program.streamed(1), switch, repeats, on_first=on_first)
    long = pair(
        lambda: program.streamed(CHUNKS), switch, max(1, repeats // 8), on_first=on_first, warm_up=WARM_UP // 20
    )
    chunk = [(many - one) / (CHUNKS - 1) for many, one in zip(long, short, strict=True)]
    return {"plain": plain, "streamed": short, "chunk": chunk}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
