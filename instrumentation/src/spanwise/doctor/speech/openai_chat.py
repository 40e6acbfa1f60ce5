"""What the doctor's server says in OpenAI chat completions, plain and streamed."""

from typing import Final

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, Wanted, refusal_headers

MODEL: Final = "gpt-4o"
_ANSWERED_BY: Final = "gpt-4o-2024-08-06"
_USAGE: Final = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
_TOOL: Final = {
    "id": "call_doctor",
    "type": "function",
    "function": {"name": "current_of", "arguments": '{"river":"Danube"}'},
}


class OpenAIChat:
    """Answers as the provider does: the usage of a stream is told only to those who ask."""

    input_tokens = 11
    output_tokens = 7
    finish = "stop"
    finish_with_tool = "tool_calls"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del path
        wanted = msgspec.json.decode(body, type=Wanted)
        if not wanted.stream:
            return Reply((_json(self._whole(tool=tool)),))
        usage = bool((wanted.stream_options or {}).get("include_usage"))
        return Reply(tuple(self._events(usage=usage)), "text/event-stream")

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        told = _json({"error": {"message": "asked for", "type": "doctor"}})
        return Reply((told,), status=status, headers=refusal_headers(status))

    def _whole(self, *, tool: bool) -> dict[str, object]:
        message: dict[str, object] = {"role": "assistant", "content": None if tool else "".join(WORDS)}
        if tool:
            message["tool_calls"] = [_TOOL]
        reason = self.finish_with_tool if tool else self.finish
        choice = {"index": 0, "finish_reason": reason, "message": message}
        return {**_head("chat.completion"), "choices": [choice], "usage": _USAGE}

    def _events(self, *, usage: bool) -> list[bytes]:
        def event(choices: list[dict[str, object]], **more: object) -> bytes:
            return b"data: " + _json({**_head("chat.completion.chunk"), "choices": choices, **more}) + b"\n\n"

        def choice(delta: dict[str, str], reason: str | None = None) -> dict[str, object]:
            return {"index": 0, "delta": delta, "finish_reason": reason}

        words = [event([choice({"role": "assistant", "content": word})]) for word in WORDS]
        last = event([choice({}, self.finish)])
        told = [event([], usage=_USAGE)] if usage else []
        return [*words, last, *told, b"data: [DONE]\n\n"]


def request(*, stream: bool = False) -> dict[str, object]:
    """Give a request for clients that build their own."""
    asked: dict[str, object] = {"model": MODEL, "messages": MESSAGES}
    return {**asked, "stream": True} if stream else asked


MESSAGES: Final = [{"role": "user", "content": "Which way does the Danube flow?"}]


def _head(kind: str) -> dict[str, object]:
    return {"id": "chatcmpl-doctor", "object": kind, "created": 1, "model": _ANSWERED_BY}


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
