"""A provider may answer anything: the agent sees what it would have seen without us, and the span what is known."""

import gzip
import json
import logging
import threading
import zlib
from dataclasses import replace

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

from spanwise.unfinished import UNDER_WAY
from tests.support import wire
from tests.support.callers import CALLERS, CHAT, Seen
from tests.support.protocols import bedrock
from tests.support.protocols.shape import Reply, Say
from tests.support.stage import Scenario, Stage
from tests.support.wire import Cut, http

EVENTS = "text/event-stream"
HUGE = 10**30
PLAIN = (CHAT, {"model": "m", "messages": []}, {})
STREAMED = (CHAT, {"model": "m", "messages": [], "stream": True}, {})
GOOD = wire.spoken(wire.Call(CHAT, "", {}, b'{"model":"m"}'), Say()).parts[0]
CHUNKS = wire.spoken(wire.Call(CHAT, "", {}, b'{"model":"m","stream":true}'), Say()).parts
STREAM = b"".join(CHUNKS)
DEEP = b'{"choices":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def usage(**counts: object) -> bytes:
    return json.dumps({**json.loads(GOOD), "usage": counts}).encode()


def whole(body: bytes, **more) -> list:
    return http(Reply((body,), **more))


def streamed(*parts: bytes, **more) -> list:
    return http(Reply(parts, EVENTS, streamed=True, **more))


def packed(body: bytes, coding: str, *, cut: int = 0, content_type: str = "application/json") -> list:
    data = {"gzip": gzip.compress, "deflate": zlib.compress}[coding](body)
    return http(Reply((data[: len(data) - cut],), content_type, headers={"content-encoding": coding}))


ANSWERS = {
    "HTML with 200": whole(b"<html><body>Sign in</body></html>", content_type="text/html"),
    "HTML as JSON": whole(b"<html></html>"),
    "truncated JSON": whole(GOOD[:40]),
    "JSON cut off by the connection": [http(Reply((GOOD,)))[0][:-50], Cut],
    "wrong types": whole(b'{"id":7,"model":[],"choices":{"a":1},"usage":"many"}'),
    "a list": whole(b"[1,2]"),
    "null": whole(b"null"),
    "NaN": whole(b'{"choices":[],"usage":{"prompt_tokens":NaN}}'),
    "negative usage": whole(usage(prompt_tokens=-5, completion_tokens=-1)),
    "huge usage": whole(usage(prompt_tokens=HUGE, completion_tokens=2**63)),
    "fractional usage": whole(usage(prompt_tokens=1.5, completion_tokens="7")),
    "no usage": whole(usage()),
    "error with 200": whole(b'{"error":{"message":"overloaded","code":529}}'),
    "empty body": whole(b""),
    "no content": [b"HTTP/1.1 204 No Content\r\n\r\n"],
    "wrong content type": whole(GOOD, content_type="image/png"),
    "no content type": [b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(GOOD), GOOD)],
    "odd content type": whole(GOOD, content_type=";;=\xff, text/event-stream"),
    "invalid UTF-8": whole(GOOD.replace(b"Danube", b"\xff\xfe\xc3(")),
    "surrogates": whole(GOOD.replace(b"chatcmpl", b"\\ud800\\udfff\\udfff")),
    "nested 100,000 deep": whole(DEEP),
    "8 MiB": whole(json.dumps({"choices": [{"message": {"content": "x" * 8 * 2**20}}]}).encode()),
    "twice the same header": http(
        Reply((GOOD,)),
        headers=[("retry-after", "1"), ("retry-after", "x"), ("x-ratelimit-remaining-tokens", "1" * 5000)],
    ),
    "limits out of reach": http(
        Reply((GOOD,), status=429),
        headers=[("x-ratelimit-remaining-requests", "9" * 30), ("x-ratelimit-reset-tokens", "9" * 400)],
    ),
    "gzip": packed(GOOD, "gzip"),
    "gzip cut in the middle": packed(GOOD, "gzip", cut=30),
    "gzip that is none": http(Reply((GOOD,), headers={"content-encoding": "gzip"})),
    "deflate": packed(GOOD, "deflate"),
    "unknown coding": http(Reply((GOOD,), headers={"content-encoding": "pigeon"})),
    "no HTTP": [b"SSH-2.0-OpenSSH_9.6\r\n", Cut],
    "nothing": [Cut],
}
STREAMS = {
    "every byte by itself": streamed(*(STREAM[at : at + 1] for at in range(len(STREAM)))),
    "all at once": streamed(STREAM),
    "cut off": [*streamed(*CHUNKS)[:4], Cut],
    "cut off in an event": [*streamed(*CHUNKS)[:3], wire.chunk(CHUNKS[3][:20]), Cut],
    "ends without DONE": streamed(*CHUNKS[:-1]),
    "ends in the middle": streamed(*CHUNKS[:3]),
    "is empty": streamed(b" "),
    "is JSON": http(Reply((GOOD,), EVENTS)),
    "is HTML": http(Reply((b"<html>\n\n</html>",), EVENTS)),
    "bad events": streamed(b"data: {\n\n", b"data: [1]\n\n", b": ping\n\n", b"event: x\n\n", b"\n\n\n", *CHUNKS),
    "error inside": streamed(*CHUNKS[:2], b'data: {"error":{"message":"no","code":"overloaded"}}\n\n'),
    "invalid UTF-8": streamed(b"data: \xff\xfe\n\n", *CHUNKS),
    "deep": streamed(b"data: " + DEEP + b"\n\n", *CHUNKS),
    "other line ends": streamed(*(chunk.replace(b"\n", b"\r\n") for chunk in CHUNKS)),
    "no line ends": streamed(b"x" * 100_000, b"x" * 100_000),
    "gzip": packed(STREAM, "gzip", content_type=EVENTS),
    "gzip cut in the middle": packed(STREAM, "gzip", cut=100, content_type=EVENTS),
    "gzip that is none": http(Reply((STREAM,), EVENTS, headers={"content-encoding": "gzip"})),
    "bad chunk size": [streamed()[0] + b"zz\r\n", Cut],
    "DashScope's type": http(Reply((STREAM,), "application/octet-stream")),
}
TRANSPORTS = [name for name in CALLERS if name != "botocore"]


@pytest.fixture(scope="module")
def server():
    with wire.serve() as running:
        yield running


def checked(server, instrumented, caplog, transport: str, call: tuple, pieces: list) -> dict:
    """Make the call without and with us; give the attributes of its span."""
    stage = Stage(server, transport, Scenario(lambda _: lambda _: pieces, (call,)))
    bare = stage.run()
    spans = instrumented(raise_faults=False)
    with caplog.at_level(logging.DEBUG, "spanwise"):
        seen = stage.run()
    stage.close()
    assert same(seen) == same(bare)
    assert [record.message for record in caplog.records if record.name == "spanwise"] == []
    assert not UNDER_WAY
    assert encode_spans(spans.all()).SerializeToString()
    attributes = dict(spans.one().attributes)
    for name, value in attributes.items():
        assert not name.endswith("_tokens") or 0 <= value < 2**62, name
    return attributes


def same(seen: list) -> list:
    """Leave out where in memory an exception was, and the coding that is taken away where the usage is asked for."""
    return [_bare(each) if isinstance(each, Seen) else each for each in seen]


def _bare(seen: Seen) -> object:
    headers = tuple(header for header in seen.headers if header[0] != "content-encoding")
    return seen.error.partition(" object at ")[0] or replace(seen, headers=headers)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", ANSWERS)
def test_agent_sees_any_answer_as_without_us(server, instrumented, caplog, transport, name):
    attributes = checked(server, instrumented, caplog, transport, PLAIN, ANSWERS[name])
    if name in {"HTML with 200", "HTML as JSON", "truncated JSON", "a list", "null", "empty body", "NaN"}:
        assert attributes["error.type"] == "invalid_response"
    if name in {"negative usage", "huge usage", "fractional usage"}:
        assert attributes["spanwise.usage.estimated"] is True


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", STREAMS)
def test_agent_sees_any_stream_as_without_us(server, instrumented, caplog, transport, name):
    attributes = checked(server, instrumented, caplog, transport, STREAMED, STREAMS[name])
    if name in {"every byte by itself", "all at once", "other line ends", "gzip", "DashScope's type"}:
        assert "error.type" not in attributes
        assert attributes["gen_ai.response.finish_reasons"] == ("stop",)
    if name == "error inside":
        assert attributes["error.type"] == "overloaded"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("name", ANSWERS)
def test_agent_that_asked_for_a_stream_sees_any_answer_as_without_us(server, instrumented, caplog, transport, name):
    checked(server, instrumented, caplog, transport, STREAMED, ANSWERS[name])


CONVERSE = ("/model/x/converse-stream", {"messages": []}, {})
MESSAGES = [bedrock.event(kind, payload) for kind, payload in bedrock._events(Say())]
BINARY = {
    "checksum": [MESSAGES[0], MESSAGES[1][:-1] + b"\0", *MESSAGES[2:]],
    "length": [b"\xff" * 40],
    "text": [b'data: {"a":1}\n\n'],
    "exception": [MESSAGES[0], bedrock.exception("throttlingException")],
    "cut": [MESSAGES[0], MESSAGES[1][:20]],
    "bytes": [b"".join(MESSAGES)[at : at + 1] for at in range(len(b"".join(MESSAGES)))],
}


@pytest.mark.parametrize("name", BINARY)
def test_agent_on_bedrock_sees_any_stream_as_without_us(server, instrumented, caplog, name):
    pieces = http(Reply(tuple(BINARY[name]), bedrock.STREAM, streamed=True))
    attributes = checked(server, instrumented, caplog, "botocore", CONVERSE, pieces)
    expected = {
        "checksum": "invalid_response",
        "length": "invalid_response",
        "text": "invalid_response",
        "exception": "throttlingException",
        "cut": "incomplete_stream",
        "bytes": None,
    }
    assert attributes.get("error.type") == expected[name]


@pytest.mark.parametrize("transport", ["httpx2", "requests"])
def test_endless_stream_is_passed_on_until_the_agent_leaves(server, instrumented, transport):
    import httpx2
    import requests

    going = threading.Event()

    def endless(_call):
        yield http(Reply((), EVENTS, streamed=True))[0]
        while not going.is_set():
            yield wire.chunk(CHUNKS[1])

    server.answer = endless
    spans = instrumented()
    url, read = server.address + CHAT, 0
    if transport == "httpx2":
        with httpx2.stream("POST", url, json=STREAMED[1]) as response:
            for part in response.iter_bytes():
                read += len(part)
                if read > 2**20:
                    break
    else:
        with requests.post(url, json=STREAMED[1], stream=True, timeout=30) as response:
            for part in response.iter_content(None):
                read += len(part)
                if read > 2**20:
                    break
    going.set()
    attributes = spans.one().attributes
    assert "error.type" not in attributes
    assert attributes["spanwise.usage.estimated"] is True
    assert attributes["gen_ai.usage.output_tokens"] > 0


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("status", [301, 307, 308])
def test_redirect_is_followed_as_without_us(server, instrumented, transport, status):
    def moved(call):
        if not call.body:
            return whole(b"{}")
        if call.path == CHAT:
            return http(Reply((b"",), status=status, headers={"location": "/v2" + CHAT}))
        return whole(GOOD)

    stage = Stage(server, transport, Scenario(lambda _: moved, (PLAIN,)))
    bare = stage.run()
    instrumented()
    assert stage.run() == bare
    stage.close()
    assert not UNDER_WAY


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_huge_body_passes_whole(server, instrumented, transport):
    body = b'{"choices":[{"message":{"content":"' + b"x" * (64 * 2**20) + b'"}}]}'
    stage = Stage(server, transport, Scenario(lambda _: lambda _: whole(body), (PLAIN,)))
    spans = instrumented()
    (seen, _) = stage.run()
    stage.close()
    assert seen.body == body
    assert spans.one().end_time
