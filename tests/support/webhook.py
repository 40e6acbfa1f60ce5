"""A webhook receiver on a real socket: it records what arrives and answers as it is told."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request."""

    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; `hold` is waited for before it is sent, and `cut` breaks the connection off in its place."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hold: threading.Event | None = None
    cut: bool = False


class Server:
    """`with Server(answer) as server:` serves HTTP/1.1 on a free port; `answer` makes the reply to each request.

    With `tls` it is HTTPS, and its name is localhost.
    """

    def __init__(self, answer: Callable[[Delivery], Reply], tls: ssl.SSLContext | None = None) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # without it the kernel may hold the body back until the head is acknowledged
            disable_nagle_algorithm = True

            def _handle(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                reply = answer(Delivery(self.path, dict(self.headers.items()), json.loads(raw) if raw else None, raw))
                if reply.hold is not None:
                    reply.hold.wait(60)
                if reply.cut:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = _handle  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            # a crowd of connections at once is not put off
            request_queue_size = 128

            def handle_error(self, *_: object) -> None:
                """A client that was killed is no news."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        if tls is not None:
            # hands are shaken by the thread of the request, so that one client holds up no other
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._tls = tls is not None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        scheme, host = ("https", "localhost") if self._tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class WebhookSink(Server):
    """Records deliveries; `replies` are used up one by one, then everything is accepted."""

    def __init__(self, *replies: Reply, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._take, tls)
        self.deliveries: list[Delivery] = []
        self.arrived = threading.Condition()
        self._replies = list(replies)

    def _take(self, delivery: Delivery) -> Reply:
        with self.arrived:
            self.deliveries.append(delivery)
            self.arrived.notify_all()
            return self._replies.pop(0) if self._replies else Reply()

    @property
    def bodies(self) -> list[Any]:
        return [delivery.body for delivery in self.deliveries]

    def wait_for(self, count: int) -> None:
        """Wait until so many requests arrived."""
        self.wait_until(lambda: len(self.deliveries) >= count)

    def wait_until(self, condition: Callable[[], bool], deadline_s: float = 20.0) -> None:
        """Wait until a condition holds; it is looked at with each request, and at least every 50 ms."""
        end_s = time.monotonic() + deadline_s
        with self.arrived:
            while not self.arrived.wait_for(condition, 0.05):
                if time.monotonic() > end_s:
                    raise AssertionError(f"it did not happen within {deadline_s} s; told {self.bodies}")
