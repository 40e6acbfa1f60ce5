"""The cases that a probe is driven through, and what a span must tell of each."""

# ruff: noqa: ANN401  an SDK is whatever version is installed

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from spanwise.doctor.loopback import Loopback
from spanwise.doctor.probe import NotOffered, Probe

_ASKED_S = 10.0
_ENOUGH = 3
INPUT: Final = "gen_ai.usage.input_tokens"
OUTPUT: Final = "gen_ai.usage.output_tokens"
FINISH: Final = "gen_ai.response.finish_reasons"
TTFT: Final = "gen_ai.response.time_to_first_chunk"
ESTIMATED: Final = "spanwise.usage.estimated"
RESENDS: Final = "http.request.resend_count"


class SdkFailed(Exception):
    """The SDK did not do what the case is about; says what it did."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case: `drive` plays it, `want` gives the attributes of each span; a value of None must not be there."""

    name: str
    drive: Callable[[Probe, Any, Loopback], None]
    want: Callable[[Probe], Sequence[Mapping[str, object]]]
    present: tuple[str, ...] = ()
    """Attributes that the last span must have, whatever their value."""


def missing(case: Case, probe: Probe, spans: Sequence[ReadableSpan]) -> list[str]:
    """Say what the spans of a case do not tell, or tell wrongly."""
    wanted = case.want(probe)
    if len(spans) != len(wanted):
        return [f"{len(spans)} spans, expected {len(wanted)}"]
    found: list[str] = []
    for span, want in zip(spans, wanted, strict=True):
        attributes = span.attributes or {}
        for name, expected in want.items():
            got = attributes.get(name)
            if got != expected:
                found.append(f"{name}: got {got!r}, expected {expected!r}")
        if (span.status.status_code is StatusCode.ERROR) != ("error.type" in attributes):
            found.append(f"status {span.status.status_code.name}")
    last = spans[-1].attributes or {}
    return [*found, *(f"{name}: not told" for name in case.present if name not in last)]


def _plain(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech)
    probe.ask(sdk, server.address, retries=0)


def _stream(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech)
    if sum(1 for _ in probe.stream(sdk, server.address)) < _ENOUGH:
        raise SdkFailed("the stream was not given in chunks")


def _early_break(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech, halt=True)
    running = probe.stream(sdk, server.address)
    try:
        if sum(1 for _ in islice(running, _ENOUGH)) < _ENOUGH:
            raise SdkFailed("the stream was not given in chunks")
    finally:
        running.close()
        server.half_way.set()


def _retry(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech, 429)
    probe.ask(sdk, server.address, retries=1)


def _error(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech, 500)
    try:
        probe.ask(sdk, server.address, retries=0)
    except Exception:
        if server.requests:  # each SDK has its own error for it, and any is right
            return
        raise
    raise SdkFailed("the SDK did not raise")


def _tool_call(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech, tool=True)
    probe.ask(sdk, server.address, retries=0)


def _cancel(probe: Probe, sdk: Any, server: Loopback) -> None:
    server.play(probe.speech, hold=True)
    asyncio.run(_cancelled(probe, sdk, server))


async def _cancelled(probe: Probe, sdk: Any, server: Loopback) -> None:
    asking = asyncio.ensure_future(probe.ask_async(sdk, server.address))
    arrived = asyncio.ensure_future(asyncio.to_thread(server.asked.wait, _ASKED_S))
    await asyncio.wait({asking, arrived}, return_when=asyncio.FIRST_COMPLETED)
    asking.cancel()
    (ended,) = await asyncio.gather(asking, return_exceptions=True)
    server.asked.set()
    server.released.set()
    await arrived
    if isinstance(ended, NotOffered):
        raise ended
    if not isinstance(ended, asyncio.CancelledError):
        raise SdkFailed(f"the SDK answered a cancellation with {type(ended).__name__}")


def _good(probe: Probe) -> dict[str, object]:
    speech = probe.speech
    told: dict[str, object] = {INPUT: speech.input_tokens, OUTPUT: speech.output_tokens}
    return {**told, FINISH: (speech.finish,), "error.type": None, ESTIMATED: None}


CASES: Final[tuple[Case, ...]] = (
    Case("plain", _plain, lambda probe: [{**_good(probe), TTFT: None}], ("gen_ai.request.model",)),
    Case("stream", _stream, lambda probe: [_good(probe)], (TTFT,)),
    Case("tool call", _tool_call, lambda probe: [{**_good(probe), FINISH: (probe.speech.finish_with_tool,)}]),
    Case("early break", _early_break, lambda _: [{"error.type": None, ESTIMATED: True}], (TTFT, INPUT, OUTPUT)),
    Case("429, then 200", _retry, lambda probe: [{"error.type": "429"}, {**_good(probe), RESENDS: 1}]),
    Case("500", _error, lambda _: [{"error.type": "500", RESENDS: None}]),
    Case("cancel", _cancel, lambda _: [{"error.type": "CancelledError", RESENDS: None}]),
)
