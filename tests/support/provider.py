"""A small provider over real sockets that speaks the APIs of OpenAI, plain and streamed, with faults by script."""

import gzip
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support import openai_answers

USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}
WORDS = ("The ", "Danube ", "flows ", "east.")
MODEL = "gpt-4o-2024-08-06"


@dataclass(frozen=True)
class Fault:
    """What one request gets instead of, or on top of, a good answer."""

    status: int = 200
    body: bytes | None = None
    """Sent as it is, with `content_type`."""
    content_type: str = "application/json"
    break_after: int | None = None
    """Cut the connection after so many events."""
    stop_after: int | None = None
    """End the stream properly after so many events, as if all were said."""
    gzip: bool = False
    pieces: int | None = None
    """Send the stream in pieces of so many bytes, whatever the events."""
    hold: threading.Event | None = None
    """Wait for this before the body is sent, after the headers."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict:
        return json.loads(self.raw)


def events(*, usage: bool, words: tuple[str, ...] = WORDS) -> list[bytes]:
    def event(choices: list, **more: object) -> bytes:
        chunk = {
            "id": "chatcmpl-s",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": MODEL,
            "choices": choices,
        }
        return b"data: " + json.dumps({**chunk, **more}).encode() + b"\n\n"

    def delta(content: dict, finish: str | None = None) -> list:
        return [{"index": 0, "delta": content, "finish_reason": finish}]

    none = {"usage": None} if usage else {}
    return [
        event(delta({"role": "assistant", "content": ""}), **none),
        *(event(delta({"content": word}), **none) for word in words),
        event(delta({}, "stop"), **none),
        *([event([], usage=USAGE)] if usage else []),
        b"data: [DONE]\n\n",
    ]


def completion() -> dict:
    message = {"role": "assistant", "content": "".join(WORDS)}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    return {
        "id": "chatcmpl-p",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": choices,
        "usage": USAGE,
    }


class Provider:
    """Answers in order of `script`; when that is used up, well. Keeps what it was asked."""

    def __init__(self) -> None:
        self.script: list[Fault] = []
        self.requests: list[Request] = []
        self.refuses_stream_options = False
        self.refusal_status = 400
        self.base_url = ""
        self.asked = threading.Event()

    def next_fault(self) -> Fault:
        return self.script.pop(0) if self.script else Fault()


@contextmanager
def serve() -> Iterator[Provider]:
    """Serve on a free port of the loopback interface until the block ends."""
    provider = Provider()

    class Handler(_Handler):
        owner = provider

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    provider.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away, which tests do on purpose."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    owner: Provider
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
        del format, args

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", "0")))
        request = Request(self.path, {name.lower(): value for name, value in self.headers.items()}, raw)
        self.owner.requests.append(request)
        self.owner.asked.set()
        body = request.body
        if self.owner.refuses_stream_options and "stream_options" in body:
            message = b'{"error":{"message":"unknown field stream_options"}}'
            self._whole(Fault(status=self.owner.refusal_status, body=message))
            return
        fault = self.owner.next_fault()
        if fault.body is None and body.get("stream") and fault.status == 200:
            chat = events(usage=bool((body.get("stream_options") or {}).get("include_usage")))
            self._stream(fault, openai_answers.events(self._path, body) or chat)
        else:
            self._whole(fault, openai_answers.answer(self._path, body))

    def do_GET(self) -> None:
        background = openai_answers.response({"background": True}, "completed")
        listed = {"object": "list", "data": []}
        self._whole(Fault(), background if "/responses/" in self.path else listed)

    @property
    def _path(self) -> str:
        return self.path.partition("?")[0]

    def _whole(self, fault: Fault, good: dict | None = None) -> None:
        default = good or completion() if fault.status < 400 else {"error": {"message": "no", "type": "fault"}}
        body = json.dumps(default).encode() if fault.body is None else fault.body
        if fault.gzip:
            body = gzip.compress(body)
        self._head(fault, fault.content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self._hold(fault)
        if fault.break_after is not None:
            self.wfile.write(body[: len(body) // 2])
            self._cut()
            return
        self.wfile.write(body)

    def _stream(self, fault: Fault, planned: list[bytes]) -> None:
        self._head(fault, "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._hold(fault)
        parts = planned[: fault.stop_after]
        if fault.gzip:
            parts = [gzip.compress(b"".join(parts))]
        if fault.pieces:
            whole = b"".join(parts)
            parts = [whole[at : at + fault.pieces] for at in range(0, len(whole), fault.pieces)]
        for index, part in enumerate(parts):
            if index == fault.break_after:
                self._cut()
                return
            self._chunk(part)
        self._chunk(b"")

    def _head(self, fault: Fault, content_type: str) -> None:
        self.send_response(fault.status)
        self.send_header("content-type", content_type)
        if fault.gzip:
            self.send_header("content-encoding", "gzip")
        for name, value in fault.headers.items():
            self.send_header(name, value)

    def _hold(self, fault: Fault) -> None:
        self.wfile.flush()
        if fault.hold is not None:
            fault.hold.wait(30)

    def _chunk(self, part: bytes) -> None:
        try:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.flush()
        except ConnectionError:  # the client has read enough, which tests do on purpose
            self.close_connection = True

    def _cut(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(2)
