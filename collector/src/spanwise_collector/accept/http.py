"""The HTTP door: POST /v1/traces, /v1/logs and /v1/metrics, protobuf or JSON, compressed or not, as ASGI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from google.rpc.code_pb2 import Code
from starlette.types import ASGIApp, Receive, Scope, Send

from spanwise_collector.accept.admission import Admission, Lease, Limits
from spanwise_collector.accept.gate import Encoding, Gate, Signal
from spanwise_collector.accept.inflate import Inflater
from spanwise_collector.accept.refusal import Refusal, refusal
from spanwise_collector.accept.response import response
from spanwise_collector.errors import CollectorError, TooLarge, UnsupportedMedia

PATHS: Final[dict[str, Signal]] = {"/v1/traces": "traces", "/v1/logs": "logs", "/v1/metrics": "metrics"}
"""Where each signal goes."""

_ENCODINGS: Final[dict[str, Encoding]] = {"application/x-protobuf": "protobuf", "application/json": "json"}
_CONTENT_TYPE: Final[dict[Encoding, bytes]] = {kind: name.encode() for name, kind in _ENCODINGS.items()}
_PROFILES: Final = "/v1development/profiles"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    encoding: Encoding
    body: bytes
    headers: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])


class _SenderGone(Exception):
    """The connection closed before the request was complete."""


def http_app(gate: Gate, limits: Limits) -> ASGIApp:
    """Make the ASGI application; serve it without lifespan and without an access log."""
    admission = Admission(limits)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await _answer(gate, admission, scope, receive)
        except _SenderGone:
            gate.refused("http", "sender_gone")
            return
        headers = {b"content-type": _CONTENT_TYPE[answer.encoding], **answer.headers}
        headers[b"content-length"] = str(len(answer.body)).encode()
        await send({"type": "http.response.start", "status": answer.status, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": answer.body})

    return app


async def _answer(gate: Gate, admission: Admission, scope: Scope, receive: Receive) -> _Answer:
    headers: dict[bytes, bytes] = dict(scope["headers"])
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    encoding = _ENCODINGS.get(content_type.partition(";")[0].strip().lower())
    if said_no := _elsewhere(scope):
        gate.refused("http", said_no.reason)
        allow = {b"allow": b"POST"} if said_no.reason == "wrong_method" else {}
        return _Answer(said_no.http_status, encoding or "json", said_no.body(encoding or "json"), allow)
    try:
        if encoding is None:
            raise UnsupportedMedia(f"Content-Type: expected {' or '.join(_ENCODINGS)}, got {content_type[:60]!r}")
        with admission.lease() as lease:
            body = await _read(headers, receive, admission.limits, lease)
            signal = PATHS[_path(scope)]
            return _Answer(200, encoding, response(await gate.take(body, encoding, signal), encoding, signal))
    except CollectorError as fault:
        no = refusal(fault)
        gate.refused("http", no.reason)
        retry = {} if no.retry_after_s is None else {b"retry-after": no.retry_after.encode()}
        return _Answer(no.http_status, encoding or "json", no.body(encoding or "json"), retry)


def _elsewhere(scope: Scope) -> Refusal | None:
    """Refuse what is no export, with a hint where it should go."""
    path, there = _path(scope), ", ".join(PATHS)
    if path == _PROFILES:
        return Refusal(404, Code.NOT_FOUND, "wrong_signal", f"{path}: profiles are not taken here, only {there}")
    if path not in PATHS:
        return Refusal(404, Code.NOT_FOUND, "wrong_path", f"{path[:60]}: nothing is here; did you mean {there}?")
    if scope["method"] != "POST":
        return Refusal(405, Code.UNIMPLEMENTED, "wrong_method", f"expected POST, got {scope['method']}")
    return None


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.rstrip("/") or "/"


async def _read(headers: dict[bytes, bytes], receive: Receive, limits: Limits, lease: Lease) -> bytes:
    """Read the body to its end, or until a limit is reached."""
    inflater = Inflater(headers.get(b"content-encoding", b"").decode("latin-1").strip().lower())
    _check_wire(int(headers.get(b"content-length", b"0")), limits)
    pieces: list[bytes] = []
    wire_bytes, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _SenderGone
        wire: bytes = message.get("body", b"")
        wire_bytes += len(wire)
        _check_wire(wire_bytes, limits)
        for number, piece in enumerate(inflater.feed(wire)):
            if number:
                await asyncio.sleep(0)  # what a few bytes inflate to lets others have their turn
            lease.grow(len(piece))
            pieces.append(piece)
        more = message.get("more_body", False)
    inflater.finish()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _check_wire(wire_bytes: int, limits: Limits) -> None:
    if wire_bytes > limits.max_wire_bytes:
        raise TooLarge(f"expected a body of at most {limits.max_wire_bytes} bytes, got {wire_bytes} or more")
