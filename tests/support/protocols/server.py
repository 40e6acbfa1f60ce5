"""A local provider server that speaks every protocol over real sockets, answers by script, and keeps the truth."""

import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import unquote

from tests.support.protocols import (
    anthropic,
    bedrock,
    cohere,
    dashscope,
    gemini,
    gemini_interactions,
    ollama,
    openai_chat,
    openai_embeddings,
    openai_responses,
)
from tests.support.protocols.shape import Call, Reply, Say, Speaks

PROTOCOLS = cast(
    "tuple[Speaks, ...]",
    (
        anthropic,
        bedrock,
        cohere,
        dashscope,
        gemini,
        gemini_interactions,
        ollama,
        openai_chat,
        openai_embeddings,
        openai_responses,
    ),
)
HALT_S = 10.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what it was told."""

    call: Call
    reply: Reply


class Server:
    """Says what `script` holds, one entry a request, then `otherwise`; keeps each exchange in order."""

    def __init__(self) -> None:
        self.address = ""
        self.script: list[Say] = []
        self.otherwise = Say()
        self.exchanges: list[Exchange] = []
        self.strangers: list[str] = []
        """Paths that no protocol speaks."""
        self.halt_after: int | None = None
        """How many parts of a stream are sent before the client must go away."""
        self._lock = threading.Lock()

    def play(self, *script: Say, otherwise: Say | None = None, halt_after: int | None = None) -> None:
        """Forget what was, and say this from now on."""
        with self._lock:
            self.halt_after = halt_after
            self.script = list(script)
            self.otherwise = otherwise or Say()
            self.exchanges = []
            self.strangers = []

    def answer(self, call: Call) -> Reply:
        with self._lock:
            speaker = next((protocol for protocol in PROTOCOLS if protocol.speaks(call.path)), None)
            if speaker is None:
                self.strangers.append(call.path)
                return Reply((b'{"error":{"message":"no protocol speaks this path"}}',), status=404)
            reply = speaker.answer(call, self.script.pop(0) if self.script else self.otherwise)
            self.exchanges.append(Exchange(call, reply))
            return reply


@contextmanager
def serve(kind: type[Server] = Server) -> Iterator[Server]:
    """Serve on a free port of the loopback interface until the block ends."""
    owner = kind()

    class Handler(_Handler):
        server_of_truth = owner

    listener = _Listener(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    owner.address = f"http://127.0.0.1:{listener.server_port}"
    try:
        yield owner
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away, which the scripts do on purpose."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server_of_truth: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
        del format, args

    def do_GET(self) -> None:
        self._send(Reply((b'{"object":"list","data":[]}',)))

    def do_POST(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server_of_truth.answer(Call(unquote(path), query, headers, self._body(headers))))

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(headers.get("content-length", "0")))
        parts: list[bytes] = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("content-type", reply.content_type)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if not reply.streamed:
            body = b"".join(reply.parts)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for index, part in enumerate((*reply.parts, b"")):
            if index == self.server_of_truth.halt_after:
                select.select([self.connection], [], [], HALT_S)  # readable when the client goes away
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
