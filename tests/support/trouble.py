"""An hour of a support bot's calls, of which one agent's became slow four minutes ago: its truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.support.otlp import CLIENT, ERROR, INTERNAL, OK, Value, request, span

BEGAN_S: Final = 240.0
"""So long before the end the calls of `researcher` become slow."""

SERVICE: Final = "support-bot"
HEALTHY_S: Final = 2.0
SLOW_S: Final = 16.0
NEW_MODEL: Final = "gpt-4o-2024-11-20"
OLD_MODEL: Final = "gpt-4o-2024-08-06"
_EVERY_S: Final = 5
_HOUR_S: Final = 3600
_NANO: Final = 1_000_000_000


def troubled(end_s: float) -> list[bytes]:
    """Make the export requests, the last call ending at `end_s` (Unix time)."""
    spans = [made for ago_s in range(_HOUR_S, -1, -_EVERY_S) for made in _run(end_s, float(ago_s))]
    resource: dict[str, Value] = {"service.name": SERVICE, "deployment.environment.name": "prod"}
    size = 400
    parts = (spans[at : at + size] for at in range(0, len(spans), size))
    return [request(part, resource).SerializeToString() for part in parts]


def _run(end_s: float, ago_s: float) -> Iterator[Span]:
    number = round(ago_s / _EVERY_S)
    agent = "researcher" if number % 2 else "writer"
    ill = agent == "researcher" and ago_s < BEGAN_S
    failed = ill and number % 4 == 1
    took_s = SLOW_S + number % 5 if ill else HEALTHY_S + number % 10 / 10
    end_ns = round((end_s - ago_s) * _NANO)
    start_ns = end_ns - round(took_s * _NANO)
    trace_id = (number + 1).to_bytes(16, "big")
    root_id = (number * 2 + 1).to_bytes(8, "big")
    named: dict[str, Value] = {"gen_ai.agent.name": agent}
    error: dict[str, Value] = {"error.type": "timeout"} if failed else {}
    yield span(
        "chat gpt-4o", {**named, **_call(ill=ill, failed=failed), **error}, trace_id=trace_id,
        span_id=(number * 2 + 2).to_bytes(8, "big"), parent_span_id=root_id, kind=CLIENT, start_ns=start_ns,
        end_ns=end_ns, status_code=ERROR if failed else OK,
    )  # fmt: skip
    yield span(
        f"invoke_agent {agent}", {**named, "gen_ai.operation.name": "invoke_agent", **error}, trace_id=trace_id,
        span_id=root_id, kind=INTERNAL, start_ns=start_ns, end_ns=end_ns, status_code=ERROR if failed else OK,
    )  # fmt: skip


def _call(*, ill: bool, failed: bool) -> dict[str, Value]:
    asked: dict[str, Value] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.prompt.name": "answer", "gen_ai.prompt.version": "4" if ill else "3",
    }  # fmt: skip
    if ill:
        asked["http.request.resend_count"] = 1
    if failed:
        return asked
    return asked | {
        "gen_ai.response.model": NEW_MODEL if ill else OLD_MODEL,
        "gen_ai.usage.input_tokens": 3000 if ill else 1000,
        "gen_ai.usage.output_tokens": 200,
        "gen_ai.usage.cache_read.input_tokens": 0 if ill else 600,
    }
