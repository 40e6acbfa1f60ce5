"""What the doctor's server says in version 2 of Cohere's chat, plain and streamed."""

from collections.abc import Mapping
from typing import Final

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, Wanted, refusal_headers

_ID: Final = "c14c80c3-18eb-4519-9460-6c92edd8cfb4"
_USAGE: Final = {
    "billed_units": {"input_tokens": 11, "output_tokens": 7},
    "tokens": {"input_tokens": 11, "output_tokens": 7},
}
_TOOL: Final = {
    "id": "current_of_doctor",
    "type": "function",
    "function": {"name": "current_of", "arguments": '{"river":"Danube"}'},
}


class CohereChat:
    """Answers as the provider does: the last event has the usage."""

    input_tokens = 11
    output_tokens = 7
    finish = "COMPLETE"
    finish_with_tool = "TOOL_CALL"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del path
        if msgspec.json.decode(body, type=Wanted).stream:
            return Reply(tuple(self._events()), "text/event-stream")
        message: dict[str, object] = {"role": "assistant"}
        if tool:
            message["tool_calls"] = [_TOOL]
        else:
            message["content"] = [{"type": "text", "text": "".join(WORDS)}]
        reason = self.finish_with_tool if tool else self.finish
        told = {"id": _ID, "finish_reason": reason, "message": message, "usage": _USAGE}
        return Reply((msgspec.json.encode(told),))

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        return Reply((b'{"message":"asked for"}',), status=status, headers=refusal_headers(status))

    def _events(self) -> list[bytes]:
        def content(text: str) -> dict[str, object]:
            return {"index": 0, "delta": {"message": {"content": {"text": text}}}}

        begun = {"index": 0, "delta": {"message": {"content": {"type": "text", "text": ""}}}}
        planned: list[tuple[str, Mapping[str, object]]] = [
            ("message-start", {"id": _ID, "delta": {"message": {"role": "assistant"}}}),
            ("content-start", begun),
            *(("content-delta", content(word)) for word in WORDS),
            ("content-end", {"index": 0}),
            ("message-end", {"id": _ID, "delta": {"finish_reason": self.finish, "usage": _USAGE}}),
        ]
        return [
            f"event: {kind}\ndata: ".encode() + msgspec.json.encode({"type": kind, **more}) + b"\n\n"
            for kind, more in planned
        ]
