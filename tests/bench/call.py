"""CPU that Spanwise adds to a call: the real openai SDK on a mock transport, in interleaved pairs with and without."""

import argparse
import gc
import json
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Tracer

import spanwise
from tests.bench.peers import CAPTURE
from tests.bench.peers_program import ANSWER, CHUNKS, MESSAGES, WARM_UP, Program, Provider, Sink, pair

# 2 KB are asked and 1 KB is answered, as both stand in JSON.
LONG_ASKED: Any = [*MESSAGES[:1], {"role": "user", "content": ("Name a river in Europe. " * 80)[:1900]}]
LONG_SAID = ("The Danube. " * 60)[:620]
KEYS = [f"gen_ai.key.{number}" for number in range(14)]


class Long(Provider):
    """Answers with 1 KB."""

    def __init__(self):
        super().__init__()
        choice = {**ANSWER["choices"][0], "message": {"role": "assistant", "content": LONG_SAID}}
        self.plain = json.dumps({**ANSWER, "choices": [choice]}).encode()


class ByHand(Provider):
    """Makes a span of the SDK around each answer, where it is given a tracer."""

    def __init__(self):
        super().__init__()
        self.tracer: Tracer | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.tracer is None:
            return super().handle_request(request)
        span = self.tracer.start_span("chat gpt-4o", kind=SpanKind.CLIENT, attributes=dict.fromkeys(KEYS[:7], "value"))
        response = super().handle_request(request)
        span.set_attributes(dict.fromkeys(KEYS[7:], 1))
        span.end()
        return response


@dataclass(frozen=True)
class Bench:
    """Pairs of rounds, one with and one without, in turns: what the machine does besides falls on both."""

    rounds: int
    repeats: int
    warm_up: int = WARM_UP

    def added_us(self, call: Callable[[], None], switch: Callable[..., None]) -> tuple[float, float]:
        """Median CPU of a call without, and median of what the other of its pair adds, in microseconds."""
        spent = [
            pair(call, switch, self.repeats, on_first=number % 2 == 1, warm_up=self.warm_up)
            for number in range(self.rounds)
        ]
        return statistics.median(off for off, _ in spent), statistics.median(on - off for off, on in spent)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench call", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60, help="pairs of each measurement")
    parser.add_argument(
        "--repeats", type=int, default=64, help="calls in each half of a pair, as many as wait for each other"
    )
    options = parser.parse_args(argv)
    gc.freeze()
    for name, processor in (
        ("no export", SpanProcessor()),
        ("BatchSpanProcessor to a sink", BatchSpanProcessor(Sink())),
    ):
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(processor)
        print(f"-- {name}; CPU of the whole process, microseconds")
        measure(
            provider,
            Bench(options.rounds, options.repeats),
            Bench(max(1, options.rounds // 8), options.repeats, WARM_UP // 20),
        )
        provider.shutdown()
    return 0


def measure(provider: TracerProvider, bench: Bench, long_bench: Bench) -> None:
    transport = ByHand()
    program = Program(transport)

    def spanwise_on(*, on: bool) -> None:
        if on:
            spanwise.instrument(tracer_provider=provider)
        else:
            spanwise.uninstrument()

    def content_on(*, on: bool) -> None:
        os.environ[CAPTURE] = "span_only" if on else "no_content"
        spanwise_on(on=on)

    def span_by_hand(*, on: bool) -> None:
        transport.tracer = provider.get_tracer("by hand") if on else None

    hand_bare, hand = bench.added_us(program.plain, span_by_hand)
    bare, added = bench.added_us(program.plain, spanwise_on)
    long_asked = Program(Long())
    said_bare, said = bench.added_us(lambda: long_asked.plain(LONG_ASKED), content_on)
    os.environ.pop(CAPTURE, None)
    short_bare, short = bench.added_us(lambda: program.streamed(1), spanwise_on)
    long_bare, long = long_bench.added_us(lambda: program.streamed(CHUNKS), spanwise_on)
    chunk_bare, chunk = (long_bare - short_bare) / (CHUNKS - 1), (long - short) / (CHUNKS - 1)
    print(f"{'':34}{'without':>10}{'added':>10}")
    print(f"{'bare SDK span of 14 attributes':34}{hand_bare:10.1f}{hand:10.1f}")
    print(f"{'plain call':34}{bare:10.1f}{added:10.1f}")
    print(f"{'plain call with content':34}{said_bare:10.1f}{said:10.1f}")
    print(f"{'streamed call of 1 chunk':34}{short_bare:10.1f}{short:10.1f}")
    print(f"{'streamed call of 100 chunks':34}{long_bare:10.1f}{long:10.1f}")
    print(f"{'each chunk':34}{chunk_bare:10.2f}{chunk:10.2f}")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
