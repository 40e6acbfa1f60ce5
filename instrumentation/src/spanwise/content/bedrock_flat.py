"""Reads what is said in the flat forms of Bedrock's model families: Titan, Llama, Mistral, Jurassic, Command."""

from collections.abc import Sequence
from typing import Any, Final

from spanwise.apis.measure import count, elements, members
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message

_ASKED: Final = ("prompt", "inputText", "texts", "query", "documents")
_TEXTS: Final = ("generation", "completion", "outputText", "text")
_LISTS: Final = ("results", "outputs", "choices", "generations", "completions")


def given(body: bytes) -> Given:
    """Read the prompt, or the texts to embed or to rank."""
    told = made.decoded(body)
    parts = [part for key in _ASKED for part in made.texts(told.get(key))]
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Read the text, or that of each outcome."""
    return streamed([body], b"")


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the texts of each outcome."""
    del asked
    said = Pieces()
    for piece in pieces:
        told = made.decoded(piece)
        _say(0, told, said)
        for key in _LISTS:
            for place, outcome in enumerate(map(members, elements(told.get(key)))):
                index = count(outcome.get("index"))
                _say(place if index is None else index, outcome, said)
                _say(place, members(outcome.get("data")), said)
    return said.messages()


def _say(choice: int, told: dict[str, Any], said: Pieces) -> None:
    for key in _TEXTS:
        said.say(choice, "text", told.get(key))
