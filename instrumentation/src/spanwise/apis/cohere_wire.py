"""What Cohere's APIs share on the wire: parameters, usage, text and why the model stopped."""

from typing import Any

import msgspec

from spanwise.apis.api import Answer, Asked, ToolResult
from spanwise.apis.measure import count, number, word

TEXTS = ("content", "text", "thinking", "message", "tool_plan", "tool_calls", "function", "document")
"""The members of a message that hold text."""
DOCUMENTS = ("arguments", "parameters", "data", "outputs")
"""The members of a message that are JSON."""


class CohereRequest(msgspec.Struct, gc=False):
    """What a chat of either version asks for."""

    model: Any = None
    stream: Any = None
    max_tokens: Any = None
    temperature: Any = None
    p: Any = None
    seed: Any = None
    conversation_id: Any = None  # of version 1

    def told(self, results: tuple[ToolResult, ...]) -> Asked:
        """Give it as a span tells it."""
        return Asked(
            word(self.model),
            stream=self.stream is True,
            max_tokens=count(self.max_tokens),
            temperature=number(self.temperature),
            top_p=number(self.p),
            seed=count(self.seed),
            conversation=word(self.conversation_id),
            tool_results=results,
        )


class _Counts(msgspec.Struct, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None


class CohereUsage(msgspec.Struct, gc=False):
    """What is billed, and what the model saw with the provider's own template around it."""

    billed_units: _Counts | None = None
    tokens: _Counts | None = None
    cached_tokens: Any = None

    def fold(self, answer: Answer) -> None:
        """Put the counts into the answer: billed ones, and all where none are billed.

        Cached tokens are counted of all that the model saw; of the billed input no more than all can be cached.
        """
        billed, seen = self.billed_units or _Counts(), self.tokens or _Counts()
        given, made = count(billed.input_tokens), count(billed.output_tokens)
        answer.input_tokens = given = count(seen.input_tokens) if given is None else given
        answer.output_tokens = count(seen.output_tokens) if made is None else made
        cached = count(self.cached_tokens)
        answer.cache_read_tokens = cached if cached is None or given is None else min(cached, given)


def fold_reason(reason: object, answer: Answer) -> None:
    """Put in why the model stopped; an error that a stream ends with is told in this way too."""
    told = word(reason)
    if told is None:
        return
    answer.finish_reasons[0] = told
    if told.startswith("ERROR") or told == "TIMEOUT":
        answer.error_type = told
