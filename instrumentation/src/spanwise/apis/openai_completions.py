"""Reads OpenAI's older text completions, plain and streamed, which many servers of open models still speak."""

from typing import Any

import msgspec

from spanwise.apis import openai_wire
from spanwise.apis.api import Answer, Asked, Reader
from spanwise.apis.measure import read
from spanwise.apis.openai_wire import (
    CHATS,
    DONE,
    CompletionUsage,
    deployment_of,
    error_type,
    prompt_bytes,
    text_bytes,
    told_error,
)


class _Core(msgspec.Struct, gc=False):
    model: str | None = None
    stream: bool | None = None


class _Request(_Core, gc=False):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    seed: int | None = None


class _Prompt(msgspec.Struct, gc=False):
    prompt: Any = None
    suffix: Any = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    text: Any = None
    finish_reason: str | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: CompletionUsage | None = None
    error: Any = None


_core = msgspec.json.Decoder(_Core)
_request = msgspec.json.Decoder(_Request)
_prompt = msgspec.json.Decoder(_Prompt)
_response = msgspec.json.Decoder(_Response)


class OpenAICompletions(Reader):
    """Text completions (`POST …/completions`, but not `…/chat/completions`)."""

    operation = "text_completion"

    def recognises(self, path: str) -> bool:
        """Say whether a POST to this path asks for a text completion."""
        return path.endswith("/completions") and not path.endswith(CHATS)

    def read_request(self, path: str, body: bytes) -> Asked:
        """Read model, stream flag and parameters; of Azure's older paths the deployment is the model."""
        asked = read(_request, body)
        if asked is None:  # something odd in it, which the provider will judge
            core = read(_core, body) or _Core()
            return Asked(model=core.model or deployment_of(path), stream=core.stream is True)
        return Asked(
            model=asked.model or deployment_of(path),
            stream=asked.stream is True,
            max_tokens=asked.max_tokens,
            temperature=asked.temperature,
            top_p=asked.top_p,
            choice_count=asked.n,
            seed=asked.seed,
        )

    def ask_for_usage(self, body: bytes) -> bytes | None:
        """Set `stream_options.include_usage` where the caller left it open."""
        return openai_wire.ask_for_usage(body)

    def fold_body(self, body: bytes, answer: Answer) -> bool:
        """Fold a `text_completion` object."""
        response = read(_response, body)
        if response is None or response.choices is None:  # some gateways answer an error with status 200
            answer.error_type = told_error(body)
            return False
        _fold(response, answer)
        answer.finished = True
        return True

    def fold_event(self, data: bytes, answer: Answer) -> bool:
        """Fold a piece, which has the shape of the whole; the usage event is the one that has usage and no choices."""
        if data == DONE:
            answer.finished = True
            return False
        piece = read(_response, data)
        if piece is None:
            return False  # the caller's SDK judges what the provider sends
        if piece.error is not None:
            answer.error_type = error_type(piece.error)
        _fold(piece, answer)
        return piece.usage is not None and not piece.choices

    def input_bytes(self, body: bytes) -> int:
        """Count the text of prompt and suffix; of prompts sent as token numbers, each number is a token."""
        asked = read(_prompt, body) or _Prompt()
        return prompt_bytes(asked.prompt) + text_bytes(asked.suffix)


def _fold(response: _Response, answer: Answer) -> None:
    if answer.response_id is None or answer.model is None:
        answer.response_id = response.id or answer.response_id
        answer.model = response.model or answer.model
    for choice in response.choices or ():
        if choice.text:
            answer.output_bytes += text_bytes(choice.text)
        if choice.finish_reason is not None:
            answer.finish_reasons[choice.index] = choice.finish_reason
    if response.usage is not None:
        response.usage.fold(answer)
