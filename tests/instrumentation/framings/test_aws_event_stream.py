import base64
import struct
from zlib import crc32

import pytest

from spanwise.framings.aws_event_stream import Messages
from spanwise.framings.framing import FramingError


def string(name: str, value: str) -> bytes:
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()


def message(headers: bytes, payload: bytes) -> bytes:
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    told = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return told + struct.pack(">I", crc32(told))


def event(kind: str, payload: bytes) -> bytes:
    headers = string(":event-type", kind) + string(":content-type", "application/json")
    return message(headers + string(":message-type", "event"), payload)


# The first test vector of AWS's own event stream suite: one message of 16 bytes, without headers and payload.
EMPTY = base64.b64decode("AAAAEAAAAAAFwkjrfZjI/w==")
STREAM = (
    event("messageStart", b'{"role":"assistant"}')
    + event("contentBlockDelta", b'{"delta":{"text":"hi"},"contentBlockIndex":0}')
    + message(string(":message-type", "exception") + string(":exception-type", "throttlingException"), b'{"message":1}')
    + message(string(":message-type", "error") + string(":error-code", "C") + string(":error-message", "M"), b"")
)


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1000])
def test_every_cut_gives_the_same_messages_and_loses_no_byte(size):
    cutter = Messages()
    cut = [found for at in range(0, len(STREAM), size) for found in cutter.split(STREAM[at : at + size])]
    assert b"".join(piece for piece, _ in cut) + cutter.rest == STREAM
    assert [payload for _, payload in cut] == [
        b'{"messageStart":{"role":"assistant"}}',
        b'{"contentBlockDelta":{"delta":{"text":"hi"},"contentBlockIndex":0}}',
        b'{"throttlingException":{"message":1}}',
        b'{"error":{"code":"C","message":"M"}}',
    ]
    assert cutter.rest == cutter.last() == b""


def test_headers_of_every_type_are_passed_over():
    others = b"".join(
        bytes([1]) + b"x" + bytes([kind]) + value
        for kind, value in [
            (0, b""), (1, b""), (2, b"1"), (3, b"12"), (4, b"1234"), (5, b"12345678"),
            (6, b"\x00\x03abc"), (8, b"12345678"), (9, b"1234567812345678"),
        ]
    )  # fmt: skip
    assert Messages().split(message(others + string(":event-type", "e"), b"{}"))[0][1] == b'{"e":{}}'


def test_payload_that_is_no_object_is_passed_as_it_is():
    assert Messages().split(event("raw", b"text"))[0][1] == b"text"
    assert Messages().split(EMPTY) == [(EMPTY, b"")]


@pytest.mark.parametrize("at", [0, 5, 9, 20, -20, -1])
def test_changed_byte_is_found(at):
    broken = bytearray(STREAM[: len(event("messageStart", b'{"role":"assistant"}'))])
    broken[at] ^= 1
    with pytest.raises(FramingError):
        Messages().split(bytes(broken))


def test_header_that_runs_over_its_end_is_refused():
    with pytest.raises(FramingError, match="headers"):
        Messages().split(message(b"\x20abc", b""))
