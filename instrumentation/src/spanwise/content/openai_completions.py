"""Reads what is said in text completions."""

from collections.abc import Sequence

from spanwise.apis.measure import count, elements, members
from spanwise.content import parts as made
from spanwise.content.pieces import Pieces
from spanwise.content.reader import Given, Message


def given(body: bytes) -> Given:
    """Read the prompts and what is to follow; a prompt that is numbers of tokens is left out."""
    told = made.decoded(body)
    parts = [*made.texts(told.get("prompt")), *made.text(told.get("suffix"))]
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Read the text of each choice."""
    choices = map(members, elements(made.decoded(body).get("choices")))
    return [made.message("assistant", made.text(choice.get("text"))) for choice in choices]


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Join the text of each choice."""
    del asked
    said = Pieces()
    for piece in pieces:
        for choice in map(members, elements(made.decoded(piece).get("choices"))):
            said.say(count(choice.get("index")) or 0, "text", choice.get("text"))
    return said.messages()
