"""A server on the loopback interface that answers the doctor's calls and no others."""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from spanwise.doctor.probe import Reply, Speech

_HOLD_S = 30.0
_HALF = 4
"""How many parts of a stream are sent before a halt."""


class Loopback:
    """Refuses with the statuses of a script, one a request, and answers well after that."""

    def __init__(self) -> None:
        self.address = ""
        self.requests = 0
        self.asked = threading.Event()
        self.released = threading.Event()
        self.half_way = threading.Event()
        self._speech: Speech | None = None
        self._statuses: list[int] = []
        self._tool = False

    def play(self, speech: Speech, *statuses: int, tool: bool = False, hold: bool = False, halt: bool = False) -> None:
        """Forget what was; refuse with each of `statuses`, then answer.

        `hold` answers only when `released` is set, `halt` sends the rest of a stream only when `half_way` is.
        """
        self._speech, self._statuses, self._tool = speech, list(statuses), tool
        self.requests = 0
        self.asked.clear()
        (self.released.clear if hold else self.released.set)()
        (self.half_way.clear if halt else self.half_way.set)()

    def reply(self, path: str, body: bytes) -> Reply:
        """Answer one request."""
        assert self._speech is not None
        self.requests += 1
        self.asked.set()
        self.released.wait(_HOLD_S)
        if self._statuses:
            return self._speech.refuse(self._statuses.pop(0))
        return self._speech.answer(path, body, tool=self._tool)


@contextmanager
def serve() -> Generator[Loopback]:
    """Serve on a free port until the block ends."""
    owner = Loopback()

    class Handler(_Handler):
        loopback = owner

    listener = _Listener(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    owner.address = f"http://127.0.0.1:{listener.server_port}"
    try:
        yield owner
    finally:
        owner.released.set()
        owner.half_way.set()
        listener.shutdown()
        listener.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away: leaving early is one of the cases."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # pyright: ignore[reportArgumentType]


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
        del format, args

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        parts: list[bytes] = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_POST(self) -> None:
        reply = self.loopback.reply(self.path, self._body())
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if len(reply.parts) == 1:
            self.send_header("content-length", str(len(reply.parts[0])))
            self.end_headers()
            self.wfile.write(reply.parts[0])
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for index, part in enumerate((*reply.parts, b"")):
            if index == _HALF:
                self.loopback.half_way.wait(_HOLD_S)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
