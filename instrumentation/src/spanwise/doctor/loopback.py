"""A server on the loopback interface that answers the doctor's calls and no others."""

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from spanwise.doctor.probe import Reply, Speech

_HOLD_S = 30.0


class Loopback:
    """Refuses with the statuses of a script, one a request, and answers well after that."""

    def __init__(self) -> None:
        self.address = ""
        self.requests = 0
        self.asked = threading.Event()
        self.released = threading.Event()
        self._speech: Speech | None = None
        self._statuses: list[int] = []
        self._tool = False

    def play(self, speech: Speech, *statuses: int, tool: bool = False, hold: bool = False) -> None:
        """Forget what was; refuse with each of `statuses`, then answer; with `hold` only when `released` is set."""
        self._speech, self._statuses, self._tool = speech, list(statuses), tool
        self.requests = 0
        self.asked.clear()
        if hold:
            self.released.clear()
        else:
            self.released.set()

    def reply(self, body: bytes) -> Reply:
        """Answer one request."""
        assert self._speech is not None
        self.requests += 1
        self.asked.set()
        self.released.wait(_HOLD_S)
        if self._statuses:
            return self._speech.refuse(self._statuses.pop(0))
        return self._speech.answer(body, tool=self._tool)


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

    def do_POST(self) -> None:
        reply = self.loopback.reply(self.rfile.read(int(self.headers.get("content-length", "0"))))
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
        for part in (*reply.parts, b""):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
