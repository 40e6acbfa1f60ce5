"""The flat answers of Bedrock's model families: Titan, Llama, Mistral, DeepSeek, AI21 Jurassic, Cohere Command."""

from collections.abc import Iterable
from typing import Any

import msgspec

from spanwise.apis.api import Answer
from spanwise.apis.measure import count, elements, members, utf8_bytes, word


class _Result(msgspec.Struct, gc=False):
    """One of several outcomes, in the words of whichever family."""

    index: Any = None
    text: Any = None
    stop_reason: Any = None  # Mistral, DeepSeek
    finish_reason: Any = None  # Cohere
    output_text: Any = msgspec.field(default=None, name="outputText")  # Titan
    completion_reason: Any = msgspec.field(default=None, name="completionReason")
    token_count: Any = msgspec.field(default=None, name="tokenCount")
    data: Any = None  # Jurassic
    ended: Any = msgspec.field(default=None, name="finishReason")


class FlatAnswer(msgspec.Struct, gc=False):
    """A whole answer or one chunk, by the members of all families."""

    id: Any = None
    stop_reason: Any = None  # Llama, older Claude
    finish_reason: Any = None  # Cohere's stream
    text: Any = None
    generation: Any = None  # Llama
    prompt_token_count: Any = None
    generation_token_count: Any = None
    completion: Any = None  # older Claude
    output_text: Any = msgspec.field(default=None, name="outputText")  # Titan's stream
    completion_reason: Any = msgspec.field(default=None, name="completionReason")
    input_text_token_count: Any = msgspec.field(default=None, name="inputTextTokenCount")
    total_output_text_token_count: Any = msgspec.field(default=None, name="totalOutputTextTokenCount")
    results: list[_Result] | None = None  # Titan
    outputs: list[_Result] | None = None  # Mistral
    choices: list[_Result] | None = None  # DeepSeek
    generations: list[_Result] | None = None  # Cohere
    completions: list[_Result] | None = None  # Jurassic
    prompt: Any = None  # Jurassic tells the tokens of the prompt one by one

    def fold(self, answer: Answer, *, measured: bool) -> None:
        """Put into the answer what is told; `measured` says that another reader has measured messages already."""
        if not measured:
            answer.response_id = word(str(self.id)) if isinstance(self.id, str | int) else answer.response_id
        for text in (self.text, self.generation, self.completion, self.output_text):
            answer.output_bytes += utf8_bytes(text)
        _fold_reason(0, (self.stop_reason, self.finish_reason, self.completion_reason), answer)
        for results in (self.results, self.outputs, self.choices, self.generations, self.completions):
            for place, result in enumerate(results or ()):
                index = count(result.index)
                _fold_result(place if index is None else index, result, answer)
        self._fold_usage(answer)

    def _fold_usage(self, answer: Answer) -> None:
        given, made = count(self.prompt_token_count), count(self.generation_token_count)
        given = count(self.input_text_token_count) if given is None else given
        made = count(self.total_output_text_token_count) if made is None else made
        if made is None and self.results:
            made = _sum(count(result.token_count) for result in self.results)
        if self.completions:
            given = len(elements(members(self.prompt).get("tokens"))) or given
            made = sum(len(elements(members(each.data).get("tokens"))) for each in self.completions) or made
        answer.input_tokens = answer.input_tokens if given is None else given
        answer.output_tokens = answer.output_tokens if made is None else made


def _fold_result(index: int, result: _Result, answer: Answer) -> None:
    answer.output_bytes += utf8_bytes(result.text) + utf8_bytes(result.output_text)
    answer.output_bytes += utf8_bytes(members(result.data).get("text"))
    ended = members(result.ended).get("reason")
    _fold_reason(index, (result.stop_reason, result.finish_reason, result.completion_reason, ended), answer)


def _fold_reason(index: int, reasons: tuple[object, ...], answer: Answer) -> None:
    for reason in reasons:
        if told := word(reason):
            answer.finish_reasons[index] = told


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [each for each in counts if each is not None]
    return sum(known) if known else None
