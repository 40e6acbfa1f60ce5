"""Reads Gemini's interactions, plain, streamed and in the background.

Source: google-genai 3.4, `types.interactions`: `Interaction`, `Usage` and the `…Event`s of a stream.
"""

from typing import Any, Final

import msgspec

from spanwise.apis import gemini_wire
from spanwise.apis.api import PENDING, Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.gemini_wire import Usage
from spanwise.apis.measure import count, elements, json_bytes, members, number, read, text_bytes, text_of, word

_TEXTS: Final = frozenset({"content", "text", "summary", "result", "code"})
_DOCUMENTS: Final = frozenset({"arguments"})
_REASONS: Final = {"completed": "stop", "requires_action": "tool_calls", "failed": "error"}


class _Request(msgspec.Struct, gc=False):
    model: Any = None
    stream: Any = None
    generation_config: Any = None
    previous_interaction_id: Any = None


class _Results(msgspec.Struct, gc=False):
    input: Any = None


class _Input(msgspec.Struct, gc=False):
    system_instruction: Any = None
    input: Any = None
    tools: msgspec.Raw = msgspec.Raw(b"")


class _Usage(msgspec.Struct, gc=False):
    total_input_tokens: Any = None
    total_tool_use_tokens: Any = None
    total_output_tokens: Any = None
    total_thought_tokens: Any = None
    total_cached_tokens: Any = None
    total_tokens: Any = None

    def fold(self, answer: Answer) -> None:
        """Put the counts into the answer: these are those of `generateContent` under other names."""
        Usage(
            self.total_input_tokens,
            self.total_tool_use_tokens,
            self.total_output_tokens,
            self.total_thought_tokens,
            self.total_cached_tokens,
            self.total_tokens,
        ).fold(answer)


class _Step(msgspec.Struct, gc=False):
    type: Any = None
    id: Any = None
    name: Any = None
    content: Any = None
    arguments: Any = None


class _Interaction(msgspec.Struct, gc=False):
    id: Any = None
    model: Any = None
    status: str | None = None
    service_tier: Any = None
    steps: list[_Step] | None = None
    usage: _Usage | None = None
    error: Any = None
    errors: Any = None


class _Metadata(msgspec.Struct, gc=False):
    total_usage: _Usage | None = None


class _Event(msgspec.Struct, gc=False):
    event_type: str = ""
    index: int = 0
    interaction: _Interaction | None = None
    step: _Step | None = None
    delta: Any = None
    metadata: _Metadata | None = None
    error: Any = None


_request = msgspec.json.Decoder(_Request)
_results = msgspec.json.Decoder(_Results)
_input = msgspec.json.Decoder(_Input)
_interaction = msgspec.json.Decoder(_Interaction)
_event = msgspec.json.Decoder(_Event)


class GeminiInteractions(Reader):
    """The reader of `POST …/interactions`; fetching, cancelling and deleting one are other paths."""

    operation = "generate_content"
    provider: str | None = "gcp.gemini"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path creates an interaction."""
        return path.endswith("/interactions")

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters, what it continues, and tool results; an agent has no model."""
        del path
        asked = read(_request, body) or _Request()
        config = members(asked.generation_config)
        return Asked(
            word(asked.model),
            stream=asked.stream is True,
            max_tokens=count(config.get("max_output_tokens")),
            temperature=number(config.get("temperature")),
            top_p=number(config.get("top_p")),
            seed=count(config.get("seed")),
            reasoning_level=word(config.get("thinking_level")),
            previous_response=word(asked.previous_interaction_id),
            tool_results=_tool_results(body) if b'"function_result"' in body else (),
        )

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold an interaction; one still queued or in progress has used nothing yet."""
        told = read(_interaction, body)
        if told is None or told.status is None:
            if told is not None and told.error is not None:
                answer.error_type = gemini_wire.error_type(told.error)
            return False
        _fold(told, answer)
        for place, step in enumerate(told.steps or ()):
            _fold_step(place, step, answer)
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event; the one that completes the interaction has the whole usage."""
        event = read(_event, data)
        if event is None:
            return False  # the caller's SDK judges what the provider sends
        if event.step is not None:
            _fold_step(event.index, event.step, answer)
        elif event.delta is not None:
            _fold_delta(members(event.delta), answer)
        elif event.event_type == "error":
            answer.error_type = word(members(event.error).get("code")) or "stream_error"
        elif event.interaction is not None and event.event_type == "interaction.completed":
            _fold(event.interaction, answer)
        elif event.interaction is not None:
            _fold_names(event.interaction, answer)
        if event.metadata is not None and event.metadata.total_usage is not None:
            event.metadata.total_usage.fold(answer)
        return False

    def input_bytes(self, body: bytes) -> int:
        """Count the text of instruction and input, and the tool definitions as they were sent."""
        asked = read(_input, body) or _Input()
        given = text_bytes(asked.input, _TEXTS, _DOCUMENTS) + text_bytes(asked.system_instruction, _TEXTS)
        return len(bytes(asked.tools)) + given


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    """Read the results among the steps since the model last spoke."""
    told = read(_results, body)
    results: list[ToolResult] = []
    for step in map(members, reversed(elements(told.input) if told is not None else ())):
        if step.get("type") == "function_result" and (call_id := word(step.get("call_id"))):
            results.append(ToolResult(call_id, json_bytes(step.get("result"))))
        elif word(step.get("type")) not in {"function_result", "user_input"}:
            break
    return tuple(reversed(results))


def _fold(told: _Interaction, answer: Answer) -> None:
    """Fold an interaction that says how it stands."""
    _fold_names(told, answer)
    answer.finished = True
    status = told.status or "completed"
    answer.status = None if status in {"completed", "requires_action"} else status
    if status not in PENDING:
        answer.finish_reasons[0] = _REASONS.get(status, status)
    if status == "failed":
        first = next(iter(elements(told.errors)), None)
        answer.error_type = status if first is None else gemini_wire.error_type(first)
    if told.usage is not None:
        told.usage.fold(answer)


def _fold_names(told: _Interaction, answer: Answer) -> None:
    answer.response_id = word(told.id) or answer.response_id
    answer.model = word(told.model) or answer.model
    answer.service_tier = word(told.service_tier) or answer.service_tier


def _fold_step(place: int, step: _Step, answer: Answer) -> None:
    if step.type == "function_call":  # other calls are answered by the provider itself
        answer.tool_calls[place] = ToolCall(word(step.id), word(step.name))
        answer.output_bytes += json_bytes(step.arguments) if step.arguments else 0
    elif step.type == "model_output":
        answer.output_bytes += text_bytes(step.content, _TEXTS)
        if answer.said is not None:
            answer.said.append(text_of(step.content))


def _fold_delta(delta: dict[str, Any], answer: Answer) -> None:
    said = delta.get("text") if delta.get("type") == "text" else None
    answer.output_bytes += text_bytes(delta, _TEXTS) + json_bytes(delta.get("arguments"))
    if answer.said is not None and isinstance(said, str):
        answer.said.append(said)
