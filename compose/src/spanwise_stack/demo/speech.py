"""What the demo's models say: words, tool calls and token counts that look like a real provider's."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]

CHARS_PER_TOKEN: Final = 4
_CACHE_STEP: Final = 128
_CACHE_FROM: Final = 1024
"""A prompt's prefix is cached in steps of 128 tokens from 1,024 on, as OpenAI documents it."""

_SPEECH: Final = (
    "the latency of this agent grows with every step because each call carries what was said before so a shorter "
    "context costs less and answers sooner while a cached prefix is read at a fraction of the price and a tool that "
    "fails is tried again with other arguments until the question is answered or the budget of the run is spent"
)
_WORDS: Final = tuple(_SPEECH.split())


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model: text, or the call of a tool, and what it counts."""

    text: str
    tool: str | None
    arguments: str
    usage: Json

    @property
    def finish_reason(self) -> str:
        """Say why the model stopped."""
        return "tool_calls" if self.tool else "stop"


def _tokens(text: str) -> int:
    return max(1, len(text) // CHARS_PER_TOKEN)


def _usage(request: Json, output: str) -> Json:
    messages: Sequence[Json] = request["messages"]
    prompt = _tokens(json.dumps(messages)) + (_tokens(json.dumps(request["tools"])) if request.get("tools") else 0)
    earlier = _tokens(json.dumps(messages[:-1]))
    cached = earlier // _CACHE_STEP * _CACHE_STEP if earlier >= _CACHE_FROM else 0
    completion = _tokens(output)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def reply(request: Json, rng: random.Random) -> Reply:
    """Answer a request: call each offered tool once, in order, then speak."""
    used = sum(1 for message in request["messages"] if message.get("role") == "tool")
    tools: Sequence[Json] = request.get("tools") or ()
    if used < len(tools):
        name = str(tools[used]["function"]["name"])
        arguments = json.dumps({"query": " ".join(rng.choices(_WORDS, k=4))})
        return Reply("", name, arguments, _usage(request, name + arguments))
    text = " ".join(rng.choices(_WORDS, k=rng.randint(40, 160))).capitalize() + "."
    return Reply(text, None, "", _usage(request, text))
