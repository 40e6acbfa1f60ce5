from __future__ import annotations

import asyncio
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from spanwise_alerts.alert import Outcome
from spanwise_alerts.notify.http import Answer, Poster, outcome_of
from tests.support.webhook import Reply, WebhookSink

NOW_S = 784111770.0


async def post(url: str, timeout_s: float = 10.0) -> Answer | Outcome:
    poster = Poster(timeout_s, tls=False, allow_private=True)
    try:
        return await poster.post(url, b"{}", {"X-One": "1"}, NOW_S)
    finally:
        await poster.close()


@contextmanager
def raw(*pieces: bytes, release: threading.Event | None = None) -> Iterator[str]:
    """Serve bytes as they stand, and hold the connection until it is released."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            try:
                for piece in pieces:
                    self.request.sendall(piece)
            except OSError:
                return
            if release is not None:
                release.wait(60)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


async def test_what_is_answered_is_told_with_our_headers_on_the_way():
    with WebhookSink(Reply(201, body=b"made")) as sink:
        assert await post(f"{sink.url}/x?y=1") == Answer(201, "made")
    (delivery,) = sink.deliveries
    assert (delivery.path, delivery.headers["X-One"], delivery.body) == ("/x?y=1", "1", {})
    assert delivery.headers["User-Agent"].startswith("spanwise-alerts/")
    assert delivery.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [("7", 7.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 7.0), ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0), ("soon", 0.0),
     ("999999", 3600.0), ("", 0.0)],
)  # fmt: skip
async def test_the_wait_that_is_asked_for_is_an_hour_at_most(asked: str, wait_s: float):
    with WebhookSink(Reply(503, (("Retry-After", asked),))) as sink:
        assert await post(sink.url) == Answer(503, "", wait_s)


async def test_redirects_are_not_followed():
    with WebhookSink() as other, WebhookSink(Reply(307, (("Location", other.url),))) as sink:
        assert await post(sink.url) == Answer(307)
        assert other.deliveries == []


async def test_only_the_beginning_of_an_answer_without_end_is_read():
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    with raw(head, *[b"a" * 65536] * 64) as url:
        answer = await post(url)
    assert isinstance(answer, Answer)
    assert answer.text == "a" * 16_384


async def test_a_body_that_does_not_end_in_time_leaves_what_the_status_says():
    release = threading.Event()
    with raw(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nok", release=release) as url:
        assert await post(url, 0.2) == Answer(202, "ok")
        release.set()


async def test_a_body_that_breaks_off_leaves_what_the_status_says():
    with raw(b"HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\noops") as url:
        assert await post(url) == Answer(500, "oops")


async def test_who_does_not_answer_in_time_may_later():
    release = threading.Event()
    with raw(release=release) as url:
        assert await post(url, 0.1) == Outcome("retry", "no answer: TimeoutError")
        release.set()


@pytest.mark.parametrize(
    ("piece", "error"), [(b"", "RemoteProtocolError"), (b"SSH-2.0-OpenSSH_9\r\n\r\n", "RemoteProtocolError")]
)
async def test_who_speaks_no_http_may_do_so_later(piece: bytes, error: str):
    with raw(piece) as url:
        assert await post(url) == Outcome("retry", f"no answer: {error}")


async def test_where_nobody_listens_somebody_may_later_and_the_link_is_not_told():
    assert await post("http://127.0.0.1:1/secret") == Outcome("retry", "no answer: connection refused")


@pytest.mark.parametrize("url", ["http://[::1/secret", "ftp://127.0.0.1/secret"])
async def test_a_link_that_cannot_be_used_is_dead_and_not_told(url: str):
    outcome = await post(url)
    assert isinstance(outcome, Outcome)
    assert outcome.kind == "dead"
    assert "secret" not in outcome.reason


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (Answer(200, "ok"), Outcome("delivered")),
        (Answer(204), Outcome("delivered")),
        (Answer(500, "oops"), Outcome("retry", "answered 500: oops")),
        (Answer(429, "", 7.0), Outcome("retry", "answered 429", 7.0)),
        (Answer(408), Outcome("retry", "answered 408")),
        (Answer(425), Outcome("retry", "answered 425")),
        (Answer(404, "gone"), Outcome("dead", "answered 404: gone")),
        (Answer(302), Outcome("dead", "answered 302")),
    ],
)
def test_statuses_are_told_apart(answer: Answer, wanted: Outcome):
    assert outcome_of(answer) == wanted


def test_what_is_shown_of_an_answer_is_short_and_one_line():
    answer = Answer(500, "a\r\n\x1b[31mb" + "c" * 500)
    assert answer.reason.startswith("answered 500: a [31mbccc")
    assert len(answer.reason) < 250


async def test_after_an_attempt_that_took_too_long_the_next_one_gets_through():
    release = threading.Event()
    with WebhookSink(Reply(hold=release)) as sink:
        poster = Poster(0.2, tls=False, allow_private=True)
        assert isinstance(await poster.post(sink.url, b"{}", {}, NOW_S), Outcome)
        release.set()
        patient = Poster(30.0, tls=False, allow_private=True)
        poster._timeout_s = 30.0
        answers = await asyncio.gather(*(each.post(sink.url, b"{}", {}, NOW_S) for each in (poster, patient, poster)))
        await asyncio.gather(poster.close(), patient.close())
    assert answers == [Answer(200)] * 3


async def test_a_header_is_sent_once_however_it_is_written():
    with WebhookSink() as sink:
        poster = Poster(10.0, tls=False, allow_private=True)
        await poster.post(sink.url, b"{}", {"user-agent": "theirs", "X-A": "1", "x-a": "2"}, NOW_S)
        await poster.close()
    names = [name.lower() for name in sink.deliveries[0].headers]
    assert len(names) == len(set(names))
    assert (sink.deliveries[0].headers["user-agent"], sink.deliveries[0].headers["x-a"]) == ("theirs", "2")
