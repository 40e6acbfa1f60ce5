"""Reads OpenAI chat completions, plain and streamed, as OpenAI and every compatible server speak them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from spanwise.apis import openai_wire
from spanwise.apis.api import Answer, Asked, ToolCall, ToolResult
from spanwise.apis.measure import read, text_of, whole
from spanwise.apis.openai_wire import CHATS, DONE, CompletionUsage, deployment_of, error_type, text_bytes, told_error

_LATER = "/async/chat/completions"  # of Zhipu: the answer is fetched later, by its id


class _Core(msgspec.Struct, gc=False):
    model: str | None = None
    stream: bool | None = None


class _Request(_Core, gc=False):
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    seed: int | None = None
    reasoning_effort: str | None = None


class _Turn(msgspec.Struct, gc=False):
    role: str | None = None
    tool_call_id: str | None = None
    content: msgspec.Raw = msgspec.Raw(b"null")


class _Turns(msgspec.Struct, gc=False):
    messages: list[_Turn]


class _Messages(msgspec.Struct, gc=False):
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    prompt: Any = None  # Mistral, to be filled in the middle
    suffix: Any = None
    tools: msgspec.Raw = msgspec.Raw(b"")


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: Any = None


class _ToolCall(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: Any = None
    refusal: Any = None
    reasoning_content: Any = None  # DeepSeek, Qwen, Moonshot
    reasoning: Any = None  # OpenRouter, Groq
    tool_calls: list[_ToolCall] | None = None


class _Asks(msgspec.Struct, gc=False):
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    finish_reason: str | None = None
    usage: CompletionUsage | None = None  # Moonshot reports a stream's usage here


class _AskingChoice(_Choice, gc=False):
    message: _Asks | None = None


class _TextChoice(_Choice, gc=False):
    delta: _Message | None = None
    message: _Message | None = None


class _XGroq(msgspec.Struct, gc=False):
    usage: CompletionUsage | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_AskingChoice] | None = None
    usage: CompletionUsage | None = None
    service_tier: str | None = None


class _TextResponse(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_TextChoice] | None = None
    usage: CompletionUsage | None = None
    service_tier: str | None = None
    x_groq: _XGroq | None = None
    error: Any = None


_core = msgspec.json.Decoder(_Core)
_request = msgspec.json.Decoder(_Request)
_turns = msgspec.json.Decoder(_Turns)
_messages = msgspec.json.Decoder(_Messages)
_response = msgspec.json.Decoder(_Response)
_text_response = msgspec.json.Decoder(_TextResponse)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


class OpenAIChat:
    """The reader of `POST …/chat/completions`."""

    operation = "chat"
    attributes: Mapping[str, str] = {"openai.api.type": "chat_completions"}
    provider: str | None = None

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for a chat completion."""
        return path.endswith(CHATS) and not path.endswith(_LATER)

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag, parameters and tool results; of Azure's older paths the deployment is the model."""
        asked = read(_request, body)
        if asked is None:  # something odd in it, which the provider will judge
            core = read(_core, body) or _Core()
            return Asked(model=core.model or deployment_of(path), stream=core.stream is True)
        return Asked(
            model=asked.model or deployment_of(path),
            stream=asked.stream is True,
            operation="text_completion" if path.endswith("/fim/completions") else None,
            max_tokens=asked.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            choice_count=asked.n,
            seed=asked.seed,
            reasoning_level=asked.reasoning_effort,
            tool_results=_tool_results(body) if b'"tool_call_id"' in body else (),
        )

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Set `stream_options.include_usage` where the caller left it open."""
        return openai_wire.ask_for_usage(body)

    def may_wait(self, body: bytes) -> bool:
        """Say whether a body looks like an answer that calls no tool, so that nothing hangs on reading it at once."""
        return whole(body) and b'"choices"' in body and b'"tool_calls"' not in body

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a `chat.completion` object; text is measured only where no usage is reported."""
        response: _Response | _TextResponse | None = read(_response, body) if answer.said is None else None
        if response is None or response.usage is None:
            response = read(_text_response, body)
        if response is None or response.choices is None:  # some gateways answer an error with status 200
            answer.error_type = told_error(body)
            return False
        _fold(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold a `chat.completion.chunk`; the usage event is the one that has usage and no choices."""
        if data == DONE:
            answer.finished = True
            return False
        chunk = read(_text_response, data)
        if chunk is None:
            return False  # the caller's SDK judges what the provider sends
        if chunk.error is not None:
            answer.error_type = error_type(chunk.error)
        if chunk.x_groq is not None and chunk.x_groq.usage is not None:
            chunk.x_groq.usage.fold(answer)
        _fold(chunk, answer)
        return chunk.usage is not None and not chunk.choices

    def input_bytes(self, body: bytes) -> int:
        """Count the text of all messages, and the tool definitions as they were sent."""
        asked = read(_messages, body) or _Messages()
        return len(bytes(asked.tools)) + text_bytes([*asked.messages, asked.prompt, asked.suffix])


def _tool_results(body: bytes) -> tuple[ToolResult, ...]:
    """Read the results at the end of the messages, whatever people say between and after them."""
    turns = read(_turns, body)
    results: list[ToolResult] = []
    for turn in reversed(turns.messages if turns is not None else ()):
        if turn.role == "tool" and turn.tool_call_id:
            results.append(ToolResult(turn.tool_call_id, text_bytes(read(_any, bytes(turn.content)))))
        elif turn.role not in {"tool", "user", "developer", "system"}:
            break
    return tuple(reversed(results))


def _fold(response: _Response | _TextResponse, answer: Answer) -> None:
    if answer.response_id is None or answer.model is None:
        answer.response_id = response.id or answer.response_id
        answer.model = response.model or answer.model
    if response.service_tier is not None:
        answer.service_tier = response.service_tier
    for choice in response.choices or ():
        if isinstance(choice, _TextChoice):
            message = choice.delta or choice.message
            if message is not None:
                _fold_text(choice.index, message, answer)
        else:
            message = choice.message
        if message is not None and message.tool_calls:
            _fold_tool_calls(choice.index, message.tool_calls, answer)
        if choice.finish_reason is not None:
            answer.finish_reasons[choice.index] = choice.finish_reason
        if choice.usage is not None:
            choice.usage.fold(answer)
    if response.usage is not None:
        response.usage.fold(answer)


def _fold_tool_calls(choice: int, calls: list[_ToolCall], answer: Answer) -> None:
    """Join the pieces of each call: a stream tells id and name once, and the index with every piece."""
    for place, call in enumerate(calls):
        at = place if call.index is None else call.index
        known = answer.tool_calls.setdefault(at if choice == 0 else f"{choice}.{at}", ToolCall())
        known.id = call.id or known.id
        if call.function is not None:
            known.name = call.function.name or known.name


def _fold_text(choice: int, message: _Message, answer: Answer) -> None:
    size, content = 0, message.content
    if content:
        plain = isinstance(content, str)  # as each piece of a stream is
        size = len(content) if plain and content.isascii() else text_bytes(content)
        if answer.said is not None and choice == 0:
            answer.said.append(content if plain else text_of(content))
    if message.reasoning_content or message.reasoning or message.refusal:
        size += text_bytes(message.reasoning_content or message.reasoning) + text_bytes(message.refusal)
    for call in message.tool_calls or ():
        if call.function is not None:
            size += text_bytes(call.function.arguments)
    answer.output_bytes += size
