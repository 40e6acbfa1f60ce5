"""Reads OpenAI responses, plain, streamed and in the background, as OpenAI and every compatible server speak them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from spanwise.apis.api import PENDING, Answer, Asked, Reader, ToolCall, ToolResult
from spanwise.apis.billed import Billed
from spanwise.apis.measure import elements, members, read, text_of, whole
from spanwise.apis.openai_wire import DONE, InputDetails, OutputDetails, error_type, settle, text_bytes, told_error

CALLS: Final[Mapping[str, str | None]] = {
    "function_call": None,
    "custom_tool_call": None,
    "computer_call": "computer",
    "local_shell_call": "local_shell",
    "shell_call": "shell",
    "apply_patch_call": "apply_patch",
    "tool_search_call": "tool_search",
}
"""What the caller executes and answers in a later request -> the name where the item itself has none."""
_SPOKEN: Final = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.function_call_arguments.delta",
        "response.custom_tool_call_input.delta",
        "response.mcp_call_arguments.delta",
        "response.code_interpreter_call_code.delta",
        "response.shell_call_command.delta",
        "response.audio.transcript.delta",
    }
)
_FOR_PEOPLE: Final = "response.output_text.delta"
_ITEMS: Final = frozenset({"response.output_item.added", "response.output_item.done"})
_INCOMPLETE: Final[Mapping[str, str]] = {"max_output_tokens": "length"}


class _Core(msgspec.Struct, gc=False):
    model: str | None = None
    stream: bool | None = None


class _Reasoning(msgspec.Struct, gc=False):
    effort: str | None = None


class _Conversation(msgspec.Struct, gc=False):
    id: str | None = None


class _Request(_Core, gc=False):
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: _Reasoning | None = None
    conversation: str | _Conversation | None = None
    previous_response_id: str | None = None


class _Turn(msgspec.Struct, gc=False):
    type: str | None = None
    role: str | None = None
    call_id: str | None = None
    id: str | None = None
    output: msgspec.Raw = msgspec.Raw(b"null")


class _Turns(msgspec.Struct, gc=False):
    input: list[_Turn]


class _Input(msgspec.Struct, gc=False):
    instructions: Any = None
    input: Any = None
    tools: msgspec.Raw = msgspec.Raw(b"")


class _Usage(Billed, gc=False):
    input_tokens: Any = None
    output_tokens: Any = None
    total_tokens: Any = None
    input_tokens_details: InputDetails | None = None
    output_tokens_details: OutputDetails | None = None


class _Item(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None


class _Incomplete(msgspec.Struct, gc=False):
    reason: str | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    object: str | None = None
    model: str | None = None
    status: str | None = None
    background: Any = None
    service_tier: str | None = None
    output: list[_Item] | None = None
    usage: _Usage | None = None
    incomplete_details: _Incomplete | None = None
    error: Any = None


class _Said(msgspec.Struct, gc=False):
    output: Any = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    delta: str | None = None


class _ItemEvent(msgspec.Struct, gc=False):
    item: _Item
    output_index: int = 0


class _ResponseEvent(msgspec.Struct, gc=False):
    response: _Response


class _ErrorEvent(msgspec.Struct, gc=False):
    code: str | None = None
    error: Any = None


_core = msgspec.json.Decoder(_Core)
_request = msgspec.json.Decoder(_Request)
_turns = msgspec.json.Decoder(_Turns)
_input = msgspec.json.Decoder(_Input)
_response = msgspec.json.Decoder(_Response)
_said = msgspec.json.Decoder(_Said)
_event = msgspec.json.Decoder(_Event)
_item_event = msgspec.json.Decoder(_ItemEvent)
_response_event = msgspec.json.Decoder(_ResponseEvent)
_error_event = msgspec.json.Decoder(_ErrorEvent)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class OpenAIResponses(Reader):
    """Responses (`POST …/responses`), and the compaction of a conversation, which is a call of the model too.

    Asking for a response by its id, cancelling it and counting its input are other paths.
    """

    operation = "chat"
    attributes: Mapping[str, str] = {"openai.api.type": "responses"}

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for a response."""
        return path.endswith(("/responses", "/responses/compact"))

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters, what it continues, and tool results."""
        del path  # Azure has no deployments in the paths of this API
        asked = read(_request, body)
        if asked is None:  # something odd in it, which the provider will judge
            core = read(_core, body) or _Core()
            return Asked(model=core.model, stream=core.stream is True)
        conversation = asked.conversation
        return Asked(
            model=asked.model,
            stream=asked.stream is True,
            max_tokens=asked.max_output_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            reasoning_level=asked.reasoning.effort if asked.reasoning is not None else None,
            conversation=conversation.id if isinstance(conversation, _Conversation) else conversation,
            previous_response=asked.previous_response_id,
            tool_results=_tool_results(body) if b'_output"' in body else (),
        )

    def may_wait(self, body: bytes) -> bool:
        """Say whether a body looks like an answer that has ended and calls no tool: it need not be read at once."""
        acts = b'_call"' in body or b'"queued"' in body or b'"in_progress"' in body
        return whole(body) and b'"output"' in body and not acts

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a `response` or `response.compaction`; one still queued or in progress has used nothing yet."""
        response = read(_response, body)
        if response is None or (response.output is None and response.status is None):
            answer.error_type = told_error(body)  # some gateways answer an error with status 200
            return False
        _fold(response, answer)
        if answer.status not in PENDING and (response.usage is None or answer.said is not None):
            output = (read(_said, body) or _Said()).output
            answer.output_bytes = text_bytes(output)
            if answer.said is not None:
                answer.said.extend(text_of(members(item).get("content")) for item in elements(output))
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold one event; the last one carries the whole response."""
        if data == DONE:  # not OpenAI's own, but some servers' custom
            answer.finished = True
            return False
        event = read(_event, data) or _Event()
        if event.type in _SPOKEN:
            answer.output_bytes += text_bytes(event.delta)
            if answer.said is not None and event.delta and event.type == _FOR_PEOPLE:
                answer.said.append(event.delta)
        elif event.type in _ITEMS:
            told = read(_item_event, data)
            if told is not None:
                _fold_item(told.output_index, told.item, answer)
        elif event.type in _STANDS:
            stands = read(_response_event, data)
            if stands is not None:
                _STANDS[event.type](stands.response, answer)
        elif event.type == "error":
            failed = read(_error_event, data) or _ErrorEvent()
            answer.error_type = failed.code or error_type(failed.error)
        return False  # what cannot be read is for the caller's SDK to judge

    def input_bytes(self, body: bytes) -> int:
        """Count the text of instructions and input, and the tool definitions as they were sent."""
        asked = read(_input, body) or _Input()
        return len(bytes(asked.tools)) + text_bytes(asked.instructions) + text_bytes(asked.input)


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    """Read the results at the end of the input, whatever people say between and after them."""
    turns = read(_turns, body)
    results: list[ToolResult] = []
    for turn in reversed(turns.input if turns is not None else ()):
        if turn.type is not None and turn.type.endswith("_output"):
            call_id = turn.call_id or turn.id
            if call_id:
                results.append(ToolResult(call_id, text_bytes(read(_any, bytes(turn.output)))))
        elif turn.role not in {"user", "developer", "system"}:
            break
    return tuple(reversed(results))


def _fold(response: _Response, answer: Answer) -> None:
    """Fold a response that says how it stands."""
    _fold_names(response, answer)
    answer.finished = True
    answer.service_tier = response.service_tier or answer.service_tier
    for place, item in enumerate(response.output or ()):
        _fold_item(place, item, answer)
    _fold_status(response, answer)
    usage = response.usage
    if usage is not None:
        told = (usage.input_tokens, usage.output_tokens, usage.total_tokens)
        settle(answer, told, usage.input_tokens_details, usage.output_tokens_details)
        answer.cost_usd = usage.cost_usd()


def _fold_names(response: _Response, answer: Answer) -> None:
    answer.response_id = response.id or answer.response_id
    answer.model = response.model or answer.model
    if response.background is True:  # it goes on whether its stream is read or not
        answer.status = response.status


def _fold_item(place: int, item: _Item, answer: Answer) -> None:
    if item.type in CALLS:
        known = answer.tool_calls.setdefault(place, ToolCall())
        known.id = item.call_id or item.id or known.id
        known.name = item.name or CALLS[item.type] or known.name


def _fold_status(response: _Response, answer: Answer) -> None:
    """Put the status in the words of `gen_ai.response.finish_reasons`: this API has one for the whole response."""
    status = response.status or "completed"
    answer.status = None if status == "completed" else status
    if status == "completed":
        answer.finish_reasons[0] = "tool_calls" if answer.tool_calls else "stop"
        return
    if status == "incomplete":
        reason = response.incomplete_details.reason if response.incomplete_details is not None else None
        answer.finish_reasons[0] = _INCOMPLETE.get(reason or "", reason or status)
    elif status == "failed":
        answer.finish_reasons[0] = "error"
        answer.error_type = error_type(response.error) if response.error is not None else status
    elif status not in PENDING:
        answer.finish_reasons[0] = status


_STANDS: Final[Mapping[str, Callable[[_Response, Answer], None]]] = {
    "response.created": _fold_names,
    "response.completed": _fold,
    "response.incomplete": _fold,
    "response.failed": _fold,
    "response.cancelled": _fold,
}
"""An event that carries the whole response -> what is taken from it."""
