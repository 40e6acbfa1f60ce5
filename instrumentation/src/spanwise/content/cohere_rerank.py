"""Reads what is ranked; what comes back is numbers."""

from collections.abc import Sequence

from spanwise.apis.measure import elements, members
from spanwise.content import parts as made
from spanwise.content.reader import Given, Message, Part


def given(body: bytes) -> Given:
    """Read the query, and each document as a part of its own."""
    told = made.decoded(body)
    documents = [part for each in elements(told.get("documents")) for part in _document(each)]
    parts = [*made.text(told.get("query")), *documents]
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Give nothing: places and scores are no messages."""
    del body
    return []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Give nothing: a ranking is not streamed."""
    del pieces, asked
    return []


def _document(document: object) -> list[Part]:
    told = members(document)
    return [{"type": "document", "content": told.get("text", document)}] if told or isinstance(document, str) else []
