"""A server that answers with bytes as they are told: whole, in pieces, late, cut off, or no HTTP at all."""

import json
import select
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote

from tests.support.protocols import server as speakers
from tests.support.protocols.shape import Call, Reply, Say

HOLD_S = 30.0


class Cut:
    """Close the connection here."""


class Halt:
    """Send nothing more until the client goes away."""


Piece = bytes | threading.Event | type[Cut] | type[Halt]
"""Bytes to send, an event to wait for, or how it ends."""
Answer = Callable[[Call], Iterable[Piece]]


@dataclass
class Wire:
    """Answers each request by `answer`; keeps what it was asked."""

    answer: Answer
    address: str = ""

    def __post_init__(self) -> None:
        self.calls: list[Call] = []


def http(reply: Reply, *, status: str = "OK", headers: Iterable[tuple[str, str]] = ()) -> list[Piece]:
    """Word a reply as HTTP/1.1: the head with the first part, each further part by itself."""
    told = [("content-type", reply.content_type), *reply.headers.items(), *headers]
    told.append(("transfer-encoding", "chunked") if reply.streamed else ("content-length", str(_length(reply))))
    lines = "".join(f"{name}: {value}\r\n" for name, value in told)
    head = f"HTTP/1.1 {reply.status} {status}\r\n{lines}\r\n".encode()
    if not reply.streamed:
        return [head + b"".join(reply.parts)]
    return [head, *(chunk(part) for part in reply.parts), chunk(b"")]


def chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


def _length(reply: Reply) -> int:
    return sum(map(len, reply.parts))


def spoken(call: Call, say: Say | None = None) -> Reply:
    """Give what the protocol of the path answers."""
    speaker = next(protocol for protocol in speakers.PROTOCOLS if protocol.speaks(call.path))
    return speaker.answer(call, say or Say())


def asks_usage(call: Call) -> bool:
    """Say whether the request asks for the usage of a stream."""
    return b'"stream_options"' in call.body


def refusing(call: Call) -> list[Piece]:
    """Refuse to be asked for the usage of streams, and answer well otherwise."""
    if asks_usage(call):
        return http(Reply((json.dumps({"error": {"message": "unknown: stream_options"}}).encode(),), status=400))
    return http(spoken(call))


@contextmanager
def serve(answer: Answer = lambda call: http(spoken(call))) -> Iterator[Wire]:
    """Serve on a free port of the loopback interface until the block ends."""
    wire = Wire(answer)

    class Handler(_Handler):
        owner = wire

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    wire.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield wire
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024


class _Handler(socketserver.StreamRequestHandler):
    owner: Wire
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with suppress(ConnectionError, TimeoutError):  # clients go away on purpose
            while (call := self._call()) is not None:
                self.owner.calls.append(call)
                for piece in self.owner.answer(call):
                    if not self._send(piece):
                        return

    def _send(self, piece: Piece) -> bool:
        if isinstance(piece, threading.Event):
            piece.wait(HOLD_S)
        elif piece is Halt:
            select.select([self.connection], [], [], HOLD_S)  # readable when the client goes away
            return False
        elif piece is Cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        elif isinstance(piece, bytes):
            self.wfile.write(piece)
        return True

    def _call(self) -> Call | None:
        line = self.rfile.readline()
        if not line.strip():
            return None
        path, _, query = line.split()[1].decode().partition("?")
        headers: dict[str, str] = {}
        while (header := self.rfile.readline().strip()) and b":" in header:
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        return Call(unquote(path), query, headers, self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)
