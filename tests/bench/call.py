"""CPU that Spanwise adds to a call: the real openai SDK on a mock transport, in interleaved pairs with and without."""

import argparse
import gc
import json
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import process_time_ns

import httpx2
import openai
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanKind, Tracer

import spanwise

CHUNKS = 100
KEYS = [f"gen_ai.key.{number}" for number in range(14)]
MESSAGES = [
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


class Sink(SpanExporter):
    """Takes spans as an exporter would and drops them."""

    def export(self, spans):
        del spans
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
        self.tracer: Tracer | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.tracer is None:
            return self.answer(request)
        span = self.tracer.start_span("chat gpt-4o", kind=SpanKind.CLIENT, attributes=dict.fromkeys(KEYS[:7], "value"))
        response = self.answer(request)
        span.set_attributes(dict.fromkeys(KEYS[7:], 1))
        span.end()
        return response

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if not body.get("stream"):
            return httpx2.Response(200, headers={"content-type": "application/json"}, stream=Events([self.plain]))
        stream = Events(self.streams[int(body["user"]), "stream_options" in body])
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)


@dataclass(frozen=True)
class Bench:
    """Pairs of rounds, one with and one without, in turns: what the machine does besides falls on both."""

    rounds: int
    repeats: int

    def added_us(self, call: Callable[[], None], switch: Callable[..., None]) -> tuple[float, float]:
        """Median CPU of a call without, and median of what the other of its pair adds, in microseconds."""
        bare: list[float] = []
        added: list[float] = []
        for number in range(self.rounds):
            spent: dict[bool, float] = {}
            for on in (True, False) if number % 2 else (False, True):
                switch(on=on)
                spent[on] = self.cpu_us(call)
            bare.append(spent[False])
            added.append(spent[True] - spent[False])
        switch(on=False)
        return statistics.median(bare), statistics.median(added)

    def cpu_us(self, call: Callable[[], None]) -> float:
        call()
        started = process_time_ns()
        for _ in range(self.repeats):
            call()
        return (process_time_ns() - started) / self.repeats / 1000


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench call", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="pairs of each measurement")
    parser.add_argument("--repeats", type=int, default=40, help="calls in each half of a pair")
    options = parser.parse_args(argv)
    gc.freeze()
    for name, processor in (
        ("no export", SpanProcessor()),
        ("BatchSpanProcessor to a sink", BatchSpanProcessor(Sink())),
    ):
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(processor)
        print(f"-- {name}; CPU of the whole process, microseconds")
        measure(provider, Bench(options.rounds, options.repeats), Bench(options.rounds, max(1, options.repeats // 8)))
        provider.shutdown()
    return 0


def measure(provider: TracerProvider, bench: Bench, long_bench: Bench) -> None:
    transport = Provider()
    client = openai.OpenAI(api_key="none", http_client=httpx2.Client(transport=transport))

    def spanwise_on(*, on: bool) -> None:
        if on:
            spanwise.instrument(tracer_provider=provider)
        else:
            spanwise.uninstrument()

    def span_by_hand(*, on: bool) -> None:
        transport.tracer = provider.get_tracer("by hand") if on else None

    def plain() -> None:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)

    def streamed(chunks: int) -> None:
        for _ in client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, user=str(chunks)):
            pass

    hand_bare, hand = bench.added_us(plain, span_by_hand)
    bare, added = bench.added_us(plain, spanwise_on)
    short_bare, short = bench.added_us(lambda: streamed(1), spanwise_on)
    long_bare, long = long_bench.added_us(lambda: streamed(CHUNKS), spanwise_on)
    chunk_bare, chunk = (long_bare - short_bare) / (CHUNKS - 1), (long - short) / (CHUNKS - 1)
    print(f"{'':34}{'without':>10}{'added':>10}")
    print(f"{'bare SDK span of 14 attributes':34}{hand_bare:10.1f}{hand:10.1f}")
    print(f"{'plain call':34}{bare:10.1f}{added:10.1f}")
    print(f"{'streamed call of 1 chunk':34}{short_bare:10.1f}{short:10.1f}")
    print(f"{'streamed call of 100 chunks':34}{long_bare:10.1f}{long:10.1f}")
    print(f"{'each chunk':34}{chunk_bare:10.2f}{chunk:10.2f}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
