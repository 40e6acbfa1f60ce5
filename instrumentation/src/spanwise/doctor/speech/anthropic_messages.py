"""What the doctor's server says in Anthropic messages, plain and streamed."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, Wanted, refusal_headers

_MODEL: Final = "claude-sonnet-4-5-20250929"
_TOOL: Final = {"type": "tool_use", "id": "toolu_doctor", "name": "current_of", "input": {"river": "Danube"}}


class AnthropicMessages:
    """Answers as the provider does: cached input is told apart from the rest."""

    input_tokens = 11
    output_tokens = 7
    finish = "end_turn"
    finish_with_tool = "tool_use"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del path
        if msgspec.json.decode(body, type=Wanted).stream:
            return Reply(tuple(self._events()), "text/event-stream")
        content = [_TOOL] if tool else [{"type": "text", "text": "".join(WORDS)}]
        reason = self.finish_with_tool if tool else self.finish
        return Reply((msgspec.json.encode(self._message(content, reason)),))

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        told = {"type": "error", "error": {"type": "api_error", "message": "asked for"}}
        return Reply((msgspec.json.encode(told),), status=status, headers=refusal_headers(status))

    def _message(self, content: Sequence[Mapping[str, object]], reason: str | None) -> dict[str, object]:
        usage = {"input_tokens": 8, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 0, "output_tokens": 7}
        told = {"id": "msg_doctor", "type": "message", "role": "assistant", "model": _MODEL, "content": content}
        return {**told, "stop_reason": reason, "stop_sequence": None, "usage": usage}

    def _events(self) -> list[bytes]:
        block = {"index": 0, "content_block": {"type": "text", "text": ""}}
        planned: list[tuple[str, dict[str, object]]] = [
            ("message_start", {"message": self._message([], None)}),
            ("content_block_start", dict(block)),
            *(("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}}) for word in WORDS),
            ("content_block_stop", {"index": 0}),
            ("message_delta", {"delta": {"stop_reason": self.finish}, "usage": {"output_tokens": self.output_tokens}}),
            ("message_stop", {}),
        ]
        return [
            f"event: {kind}\ndata: ".encode() + msgspec.json.encode({"type": kind, **more}) + b"\n\n"
            for kind, more in planned
        ]
