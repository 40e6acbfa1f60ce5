"""An HTTP receiver that breaks in the ways that receivers do: each connection as it is told, then all is well."""

from __future__ import annotations

import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from typing import Self

Way = Callable[[socket.socket, threading.Event], None]
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def says(raw: bytes) -> Way:
    """Answer these bytes and leave."""
    return lambda connection, _: connection.sendall(raw)


def status(line: str, *headers: str, body: bytes = b"") -> Way:
    """Answer with a status."""
    head = "\r\n".join([f"HTTP/1.1 {line}", f"Content-Length: {len(body)}", *headers, "", ""])
    return says(head.encode() + body)


def resets(connection: socket.socket, _: threading.Event) -> None:
    """Break the connection off, as a host that crashed does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hangs(_: socket.socket, over: threading.Event) -> None:
    """Answer nothing."""
    over.wait(60)


def drips(begins: bytes) -> Way:
    """Begin so, and then send a byte now and then without end."""

    def way(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(begins)
        while not over.wait(0.02):
            connection.sendall(b"x")

    return way


def floods(connection: socket.socket, over: threading.Event) -> None:
    """Answer with a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"a" * 65536)


class Rough:
    """`with Rough(way, …) as server:` breaks so once each, then takes everything; `keys` are those that came."""

    def __init__(self, *ways: Way, port: int = 0) -> None:
        self.keys: list[str] = []
        self.bodies: list[bytes] = []
        self.over = threading.Event()
        left, rough = list(ways), self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while request := _request(self.request):
                    head, body = request
                    rough.keys.append(_header(head, b"idempotency-key"))
                    rough.bodies.append(body)
                    way = left.pop(0) if left else None
                    try:
                        if way is not None:
                            way(self.request, rough.over)
                            return
                        self.request.sendall(GOOD)
                    except OSError:
                        return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _request(connection: socket.socket) -> tuple[bytes, bytes] | None:
    held = b""
    try:
        while (end := held.find(b"\r\n\r\n")) < 0:
            part = connection.recv(65536)
            if not part:
                return None
            held += part
        found = _LENGTH.search(held, 0, end)
        size = int(found[1]) if found else 0
        body = held[end + 4 :]
        while len(body) < size:
            part = connection.recv(65536)
            if not part:
                return None
            body += part
    except OSError:
        return None
    return held[:end], body


def _header(head: bytes, name: bytes) -> str:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return next((value.strip().decode() for key, _, value in lines if key.lower() == name), "")
