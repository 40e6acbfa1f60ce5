"""Reads what is embedded by Cohere; what comes back is numbers."""

from collections.abc import Sequence

from spanwise.apis.measure import elements, members
from spanwise.content import parts as made
from spanwise.content.openai_parts import parts_of
from spanwise.content.reader import Given, Message


def given(body: bytes) -> Given:
    """Read texts, images, and inputs that are both."""
    told = made.decoded(body)
    parts = made.texts(told.get("texts"))
    parts += [part for each in elements(told.get("images")) for part in made.media(each, "image")]
    parts += [part for each in elements(told.get("inputs")) for part in parts_of(members(each).get("content"))]
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Give nothing: vectors are no messages."""
    del body
    return []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Give nothing: embeddings are not streamed."""
    del pieces, asked
    return []
