"""What the doctor's server says in Gemini generateContent, plain and streamed."""

from collections.abc import Mapping
from typing import Final

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, refusal_headers

_USAGE: Final = {"promptTokenCount": 11, "candidatesTokenCount": 5, "thoughtsTokenCount": 2, "totalTokenCount": 18}
_TOOL: Final = {"functionCall": {"name": "current_of", "args": {"river": "Danube"}}}


class Gemini:
    """Answers as the provider does: thinking is told apart from the output, and the path says whether to stream."""

    input_tokens = 11
    output_tokens = 7
    finish = "STOP"
    finish_with_tool = "STOP"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del body
        if "streamGenerateContent" in path:
            parts = [self._response(word, last=word == WORDS[-1]) for word in WORDS]
            return Reply(tuple(b"data: " + part + b"\r\n\r\n" for part in parts), "text/event-stream")
        return Reply((self._response(_TOOL if tool else "".join(WORDS), last=True),))

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        told = {"error": {"code": status, "message": "asked for", "status": "UNAVAILABLE"}}
        return Reply((msgspec.json.encode(told),), status=status, headers=refusal_headers(status))

    def _response(self, said: str | Mapping[str, object], *, last: bool) -> bytes:
        part = {"text": said} if isinstance(said, str) else said
        candidate: dict[str, object] = {"content": {"role": "model", "parts": [part]}, "index": 0}
        if last:
            candidate["finishReason"] = self.finish
        told = {"candidates": [candidate], "modelVersion": "gemini-2.5-flash", "responseId": "doctor"}
        return msgspec.json.encode({**told, "usageMetadata": _USAGE} if last else told)
