"""What the doctor's server says in Ollama's own chat, plain and streamed."""

from typing import Final

import msgspec

from spanwise.doctor.probe import Reply
from spanwise.doctor.speech.words import WORDS, Wanted, refusal_headers

_TOOL: Final = {"function": {"name": "current_of", "arguments": {"river": "Danube"}}}
_COUNTS: Final = {"prompt_eval_count": 11, "eval_count": 7, "eval_duration": 1, "total_duration": 1}


class Ollama:
    """Answers as the server does: a stream is lines of JSON, and a tool call has no finish reason of its own."""

    input_tokens = 11
    output_tokens = 7
    finish = "stop"
    finish_with_tool = "stop"

    def answer(self, path: str, body: bytes, *, tool: bool) -> Reply:
        """Answer a request well."""
        del path
        if msgspec.json.decode(body, type=Wanted).stream:
            lines = [*(self._said(word, done=False) for word in WORDS), self._said("", done=True)]
            return Reply(tuple(line + b"\n" for line in lines), "application/x-ndjson")
        return Reply((self._said("" if tool else "".join(WORDS), done=True, tool=tool),))

    def refuse(self, status: int) -> Reply:
        """Answer with an error."""
        return Reply((b'{"error":"asked for"}',), status=status, headers=refusal_headers(status))

    def _said(self, text: str, *, done: bool, tool: bool = False) -> bytes:
        message: dict[str, object] = {"role": "assistant", "content": text}
        if tool:
            message["tool_calls"] = [_TOOL]
        told = {"model": "llama3.2", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": done}
        return msgspec.json.encode({**told, "done_reason": self.finish, **_COUNTS} if done else told)
