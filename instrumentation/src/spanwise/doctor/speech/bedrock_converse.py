"""What the doctor's server says in Bedrock's Converse and ConverseStream."""

import struct
from collections.abc import Mapping
from typing import Final
from zlib import crc32

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, refusal_headers

_USAGE: Final = {
    "inputTokens": 8,
    "outputTokens": 7,
    "totalTokens": 18,
    "cacheReadInputTokens": 3,
    "cacheWriteInputTokens": 0,
}
_TOOL: Final = {"toolUse": {"toolUseId": "tooluse_doctor", "name": "current_of", "input": {"river": "Danube"}}}
_FAULTS: Final = {429: "ThrottlingException", 500: "InternalServerException"}
_STRING: Final = 7


class BedrockConverse:
    """Answers as the provider does: cached input is told apart, and a stream is binary messages with checksums."""

    input_tokens = 11
    output_tokens = 7
    finish = "end_turn"
    finish_with_tool = "tool_use"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del body
        if path.endswith("/converse-stream"):
            return Reply(tuple(self._messages()), "application/vnd.amazon.eventstream")
        content = [_TOOL] if tool else [{"text": "".join(WORDS)}]
        told = {
            "output": {"message": {"role": "assistant", "content": content}},
            "stopReason": self.finish_with_tool if tool else self.finish,
            "usage": _USAGE,
            "metrics": {"latencyMs": 1},
        }
        return Reply((msgspec.json.encode(told),))

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        headers = {"x-amzn-errortype": _FAULTS.get(status, "ValidationException"), **refusal_headers(status)}
        return Reply((b'{"message":"asked for"}',), status=status, headers=headers)

    def _messages(self) -> list[bytes]:
        said = [{"contentBlockIndex": 0, "delta": {"text": word}} for word in WORDS]
        return [
            _message("messageStart", {"role": "assistant"}),
            *(_message("contentBlockDelta", delta) for delta in said),
            _message("contentBlockStop", {"contentBlockIndex": 0}),
            _message("messageStop", {"stopReason": self.finish}),
            _message("metadata", {"usage": _USAGE, "metrics": {"latencyMs": 1}}),
        ]


def _message(kind: str, payload: Mapping[str, object]) -> bytes:
    """Frame one event: lengths, their checksum, headers, payload, checksum of it all."""
    told = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    headers = b"".join(_header(name, value) for name, value in told.items())
    body = msgspec.json.encode(payload)
    prelude = struct.pack(">II", len(headers) + len(body) + 16, len(headers))
    whole = prelude + struct.pack(">I", crc32(prelude)) + headers + body
    return whole + struct.pack(">I", crc32(whole))


def _header(name: str, value: str) -> bytes:
    return struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", _STRING, len(value)) + value.encode()
