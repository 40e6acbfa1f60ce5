"""Which events tell a call, and what in them says so.

Sources: OpenTelemetry GenAI conventions (events); the monitoring page of Claude Code; the sources of Codex CLI and
Gemini CLI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Event:
    """How one kind of event becomes a call.

    Attributes:
        sets: attributes that the call has where the event does not tell them.
        only: attribute -> the value that it must have, for else it tells no call.
        fails: the event tells a failure; else it does where `success` is false or an HTTP status is 400 or more.
        errors: attributes that may hold the error's type, the best first.
        adds: attribute -> attributes of counts that are part of it and told beside it.
        duration: attributes that may hold the duration in milliseconds, which ended with the event.
        interaction: the attribute that events of one request of the user share; they become one trace.
        same: attributes that tell whether two events are one, where one is told twice; empty: the whole event.
    """

    sets: Mapping[str, str] = field(default_factory=dict[str, str])
    only: Mapping[str, str] = field(default_factory=dict[str, str])
    fails: bool = False
    errors: tuple[str, ...] = ("error.type", "error_type", "status_code", "http.response.status_code")
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    duration: tuple[str, ...] = ("duration_ms",)
    interaction: str = ""
    same: tuple[str, ...] = ()


OPERATION: Final = "gen_ai.operation.name"
PROVIDER: Final = "gen_ai.provider.name"

_CHAT: Final = {OPERATION: "chat"}
_TOOL: Final = {OPERATION: "execute_tool"}
_ANTHROPIC: Final = {**_CHAT, PROVIDER: "anthropic"}
_GEMINI: Final = {**_CHAT, PROVIDER: "gcp.gemini"}
_OPENAI: Final = {**_CHAT, PROVIDER: "openai"}

_COMPLETED: Final = {"event.kind": "response.completed"}
_CODEX: Final = ("conversation.id", "event.timestamp", "event.kind", "call_id", "attempt", "output_token_count")

DETAILS: Final = "gen_ai.client.inference.operation.details"

EVENTS: Final[dict[str, Event]] = {
    DETAILS: Event(),
    "claude_code.api_request": Event(_ANTHROPIC, interaction="prompt.id"),
    "claude_code.api_error": Event(_ANTHROPIC, fails=True, interaction="prompt.id"),
    "claude_code.tool_result": Event(_TOOL, interaction="prompt.id"),
    # What is sent and what is used are two events: the first has the time, the second the tokens.
    "codex.api_request": Event(_OPENAI, same=_CODEX),
    "codex.websocket_request": Event(_OPENAI, same=_CODEX),
    "codex.sse_event": Event(_OPENAI, only=_COMPLETED, duration=(), same=_CODEX),
    "codex.websocket_event": Event(_OPENAI, only=_COMPLETED, duration=(), same=_CODEX),
    "codex.tool_result": Event(_TOOL, same=_CODEX),
    "gemini_cli.api_response": Event(
        _GEMINI, adds={"input_token_count": ("tool_token_count",)}, interaction="prompt_id"
    ),
    "gemini_cli.api_error": Event(_GEMINI, fails=True, duration=("duration_ms", "duration"), interaction="prompt_id"),
    "gemini_cli.tool_call": Event(_TOOL, interaction="prompt_id"),
}
"""By the event's full name."""

SESSION: Final = ("session.id", "conversation.id", "gen_ai.conversation.id")
"""Attributes that name the session of an event or a metric, the best first."""

COPIES: Final = frozenset({"codex_otel.trace_safe"})
"""Scopes whose events repeat those of another scope."""

REPEATING: Final = ("gemini-cli", "openlit.")
"""Scopes, or how they begin, whose DETAILS repeat other events or their spans, and
name no trace or session by which that could be known."""

USAGE_METRICS: Final[dict[str, tuple[str, Mapping[str, str], Mapping[str, str]]]] = {
    "claude_code.token.usage": (
        "type",
        {
            "input": "input_tokens",
            "output": "output_tokens",
            "cacheRead": "cache_read_tokens",
            "cacheCreation": "cache_creation_tokens",
        },
        _ANTHROPIC,
    ),
}
"""Counters whose deltas tell the usage of a session: the attribute of the token's type, its values -> the attribute
that the dialect of the same name reads, and what is set beside."""
