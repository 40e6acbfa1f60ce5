"""Finds the turns of a conversation in a request, whatever its API calls them, and what the model said last.

A conversation is known by its bytes: all turns before the model's last one, and the text of that. So an answer leads
to the request that goes on from it, however the caller writes the model's turn down.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from spanwise.apis.anthropic_messages import AnthropicMessages
from spanwise.apis.api import Api
from spanwise.apis.measure import elements, members, read, text_of, word
from spanwise.apis.openai_chat import OpenAIChat
from spanwise.apis.openai_responses import CALLS

_MODEL: Final = frozenset({"assistant", "model", "CHATBOT", "Chatbot", "chatbot"})
_OTHERS: Final = (b'{"role":"user"', b'{"role":"tool"', b'{"role":"system"')
_TOOLS: Final = ("toolUse", "functionCall", "function_call")
_ASSISTED: Final = (OpenAIChat, AnthropicMessages)
"""The APIs in which whatever the model said is a turn of the assistant's."""
_SHORT_BYTES: Final = 8192
# Where callers move the mark of the cache along, a turn is the same with it and without.
_CACHE_MARK: Final = re.compile(rb',\s*"cache_control"\s*:\s*(?:null|\{[^{}]*\})')

_Raw = msgspec.Raw | bytes


class _Body(msgspec.Struct, gc=False):
    messages: list[msgspec.Raw] | None = None
    contents: msgspec.Raw = msgspec.Raw()  # Gemini
    input: msgspec.Raw = msgspec.Raw()  # OpenAI's responses, DashScope
    chat_history: list[msgspec.Raw] | None = None  # Cohere's version 1
    message: msgspec.Raw = msgspec.Raw()


class _Turn(msgspec.Struct, gc=False):
    role: Any = None
    type: Any = None
    name: Any = None
    content: msgspec.Raw = msgspec.Raw()
    parts: msgspec.Raw = msgspec.Raw()
    message: msgspec.Raw = msgspec.Raw()
    tool_calls: msgspec.Raw = msgspec.Raw()


_body = msgspec.json.Decoder(_Body)
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_turn = msgspec.json.Decoder(_Turn)
_turns = msgspec.json.Decoder(list[msgspec.Raw])


class Turns(msgspec.Struct, frozen=True, gc=False):
    """The turns of a request, digested; `text` and `tools` are those of a turn of the model's that they end with."""

    before: int
    text: str
    tools: tuple[str, ...]
    said: int | None
    """The conversation up to the last thing that the model said; None where it has said nothing yet."""

    def answered(self, text: str, tools: Iterable[str]) -> int | None:
        """Digest the conversation that the request and its answer make; None where nothing was said.

        What goes on with the model's own turn, begun by the caller or paused by the provider, is one with it.
        """
        return _digest(self.before, self.text + text, (*self.tools, *tools))


def goes_on(api: Api, body: bytes) -> bool:
    """Say whether a request may hold something that the model said, as far as that is seen without reading it."""
    return len(body) > _SHORT_BYTES or type(api) not in _ASSISTED or b"assistant" in body


def read_turns(body: bytes) -> Turns | None:
    """Read the turns of a request; None where it has none."""
    turns = [*map(bytes, _of(body))]
    if not turns:
        return None
    if b'"cache_control"' in body:
        turns = [_CACHE_MARK.sub(b"", turn) for turn in turns]
    digests = [*map(hash, turns)]
    begin = len(turns) - 1
    while (said := _said(turns[begin])) is None:
        if not begin:
            return Turns(hash(tuple(digests)), "", (), None)
        begin -= 1
    (text, tools), ends = said, begin == len(turns) - 1
    while begin and (said := _said(turns[begin - 1])) is not None:
        begin -= 1
        text, tools = said[0] + text, (*said[1], *tools)
    before = hash(tuple(digests[:begin]))
    key = _digest(before, text, tools)
    return Turns(before, text, tools, key) if ends else Turns(hash(tuple(digests)), "", (), key)


def _digest(before: int, text: str, tools: tuple[str, ...]) -> int | None:
    text = text.strip()
    return hash((before, text, *tools)) if text or tools else None


def _of(body: bytes) -> Sequence[_Raw]:
    asked = read(_body, body)
    if asked is None:
        return ()
    if asked.messages is not None:
        return asked.messages
    if asked.message:
        return (*(asked.chat_history or ()), b'{"role":"USER","message":%b}' % bytes(asked.message))
    return _given(bytes(asked.contents or asked.input))


def _given(given: bytes) -> Sequence[_Raw]:
    """Give the turns of an input: a list of them, one alone, a text, or an object that holds them."""
    start = given[:1]
    if start == b"[":
        return read(_turns, given) or ()
    if start == b'"':
        return (b'{"role":"user","content":%b}' % given,)
    held = read(_body, given) if start == b"{" else None
    if held is None:
        return ()
    return held.messages or (given,)


def _said(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """Give the text of a turn of the model's and the names of the tools it calls; None for another's turn."""
    if data.startswith(_OTHERS):  # the common case, told without looking further
        return None
    turn = read(_turn, data)
    if turn is None:
        return None
    if word(turn.role) not in _MODEL:
        return _item(turn) if turn.role is None and isinstance(turn.type, str) else None
    content: object = read(_any, turn.content or turn.parts or turn.message)
    if isinstance(content, str) and not turn.tool_calls:
        return content, ()
    tools = [_tool_in(part) for part in elements(content)]
    if turn.tool_calls:
        calls = map(members, elements(read(_any, turn.tool_calls)))
        tools += [members(call.get("function")).get("name") or call.get("name") for call in calls]
    return text_of(content), tuple(name for name in map(word, tools) if name)


def _item(item: _Turn) -> tuple[str, tuple[str, ...]] | None:
    """Take an item of OpenAI's responses, or a step of Gemini's interactions: what the model said, called or did."""
    if item.type in CALLS:
        name = word(item.name) or CALLS[item.type]
        return "", (name,) if name else ()
    if item.type == "model_output":
        return text_of(read(_any, item.content)), ()
    return ("", ()) if item.type in {"reasoning", "thought"} or item.type.endswith("_call") else None


def _tool_in(part: object) -> object:
    """Name the tool that a part of a message calls: Anthropic's, Bedrock's or Gemini's."""
    told = members(part)
    if told.get("type") == "tool_use":
        return told.get("name")
    return next((members(told[key]).get("name") for key in _TOOLS if key in told), None)
