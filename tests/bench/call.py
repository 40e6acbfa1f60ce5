"""CPU that Spanwise adds to a call: the real openai SDK on a mock transport, in interleaved pairs with and without."""

import argparse
import gc
import json
import statistics
from collections.abc import Callable, Iterator
from time import process_time_ns

import httpx2
import openai
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

import spanwise

CHUNKS = 100
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

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        if not body.get("stream"):
            headers = {"content-type": "application/json"}
            return httpx2.Response(200, headers=headers, stream=Events([self.plain]))
        usage = "stream_options" in body
        stream = Events(self.streams[int(body["user"]), usage])
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=stream)


def added_us(call: Callable[[], None], provider: TracerProvider, rounds: int, repeats: int) -> tuple[float, float]:
    """Median CPU of a call without, and the median of what a pair adds, in microseconds."""
    bare: list[float] = []
    added: list[float] = []
    for round_number in range(rounds):
        pair = {}
        for traced in (True, False) if round_number % 2 else (False, True):
            if traced:
                spanwise.instrument(tracer_provider=provider)
            call()
            started = process_time_ns()
            for _ in range(repeats):
                call()
            pair[traced] = (process_time_ns() - started) / repeats / 1000
            if traced:
                spanwise.uninstrument()
        bare.append(pair[False])
        added.append(pair[True] - pair[False])
    return statistics.median(bare), statistics.median(added)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench call", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--repeats", type=int, default=40)
    options = parser.parse_args(argv)
    client = openai.OpenAI(api_key="none", http_client=httpx2.Client(transport=Provider()))

    def plain() -> None:
        client.chat.completions.create(model="gpt-4o", messages=MESSAGES)

    def streamed(chunks: int) -> None:
        for _ in client.chat.completions.create(model="gpt-4o", messages=MESSAGES, stream=True, user=str(chunks)):
            pass

    gc.freeze()
    for name, processor in (
        ("no export", SpanProcessor()),
        ("BatchSpanProcessor to a sink", BatchSpanProcessor(Sink())),
    ):
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(processor)
        bare, cost = added_us(plain, provider, options.rounds, options.repeats)
        print(f"{name}: plain call            {bare:8.1f} us without, added {cost:6.1f} us")
        short_bare, short = added_us(lambda: streamed(1), provider, options.rounds, options.repeats)
        print(f"{name}: streamed call, 1 chunk {short_bare:7.1f} us without, added {short:6.1f} us")
        long_bare, long = added_us(lambda: streamed(CHUNKS), provider, options.rounds, max(1, options.repeats // 8))
        print(f"{name}: streamed, {CHUNKS} chunks {long_bare:8.1f} us without, added {long:6.1f} us")
        print(
            f"{name}: each chunk             {(long_bare - short_bare) / (CHUNKS - 1):7.2f} us without, "
            f"added {(long - short) / (CHUNKS - 1):6.2f} us"
        )
        provider.shutdown()
    return 0


if __name__ == "__main__":
    raise SystemExit(main([]))
