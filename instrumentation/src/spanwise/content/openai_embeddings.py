"""Reads what is embedded by OpenAI and those who speak like it; what comes back is numbers."""

from collections.abc import Sequence

from spanwise.content import parts as made
from spanwise.content.reader import Given, Message


def given(body: bytes) -> Given:
    """Read the texts; those that are numbers of tokens are left out."""
    parts = made.texts(made.decoded(body).get("input"))
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Give nothing: vectors are no messages."""
    del body
    return []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Give nothing: embeddings are not streamed."""
    del pieces, asked
    return []
