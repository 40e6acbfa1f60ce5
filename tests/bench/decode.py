"""CPU of decode alone, per span: `python -m tests.bench decode`.

Also one by one, as small and odd requests are read; the ratio of the two holds on a busy machine too.
"""

from __future__ import annotations

import argparse
import time
from unittest import mock

from spanwise_collector.batch import Wanted
from spanwise_collector.decode import at_once, decode
from spanwise_schema.columns import Kind
from tests.support.otlp import traffic

_STRINGS = (
    *(f"gen_ai.{key}" for key in ("operation.name", "provider.name", "request.model", "response.model", "response.id")),
    *(f"gen_ai.{key}" for key in ("tool.name", "tool.call.id", "agent.name", "workflow.name", "conversation.id")),
    *("server.address", "error.type", "openai.api.type"),
)
_NUMBERS = ("input_tokens", "output_tokens", "cache_read.input_tokens", "cache_write.input_tokens")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_STRINGS, "str"),
    **{f"gen_ai.usage.{name}": "i64" for name in _NUMBERS},
    **{f"key.of.another.dialect.{index}": "str" for index in range(200)},
    "gen_ai.response.finish_reasons": "strings",
    "gen_ai.request.stream": "bool",
    "gen_ai.response.time_to_first_chunk": "f64",
}
WANTED = Wanted(_KINDS, {"service.name": "str", "deployment.environment.name": "str", "spanwise.tenant": "str"})


def main(argv: list[str]) -> int:
    """Print the best of several rounds over the same requests."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench decode", description=__doc__)
    parser.add_argument("--requests", type=int, default=20, help="requests in a round (default: 20)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, of which the best counts (default: 5)")
    asked = parser.parse_args(argv)
    for content_bytes in (0, 2048):
        bodies = [traffic(seed, content_bytes=content_bytes)[0] for seed in range(asked.requests)]
        rounds = [(_round_us(bodies, at_once.SPANS), _round_us(bodies, range(0))) for _ in range(asked.rounds)]
        fast, slow = (min(times) for times in zip(*rounds, strict=True))
        print(
            f"decode, {content_bytes:>4} bytes of content a call: {fast:5.1f} us of CPU a span, frame included; "
            f"one by one {slow:5.1f} us; ratio {fast / slow:.2f}"
        )
    return 0


def _round_us(bodies: list[bytes], sizes: range) -> float:
    """Decode all bodies, those with a number of spans among `sizes` at once; give the CPU of a span."""
    with mock.patch.object(at_once, "SPANS", sizes):
        started = time.process_time()
        for body in bodies:
            decode(body, WANTED)
        return (time.process_time() - started) / (512 * len(bodies)) * 1e6
