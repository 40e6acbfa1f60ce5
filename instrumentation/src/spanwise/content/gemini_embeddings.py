"""Reads what is embedded by Gemini; what comes back is numbers."""

from collections.abc import Sequence

from spanwise.apis.measure import elements, members
from spanwise.content import parts as made
from spanwise.content.gemini import parts_of
from spanwise.content.reader import Given, Message, Part


def given(body: bytes) -> Given:
    """Read the one content, that of each request of a batch, or the instances of a prediction."""
    told = made.decoded(body)
    parts = _embedded(told.get("content"))
    for request in elements(told.get("requests")):
        parts += _embedded(members(request).get("content"))
    for instance in elements(told.get("instances")):
        parts += _embedded(members(instance).get("content"))
    return Given(messages=[made.message("user", parts)] if parts else [])


def answered(body: bytes) -> list[Message]:
    """Give nothing: vectors are no messages."""
    del body
    return []


def streamed(pieces: Sequence[bytes], asked: bytes) -> list[Message]:
    """Give nothing: embeddings are not streamed."""
    del pieces, asked
    return []


def _embedded(content: object) -> list[Part]:
    told = members(content)
    return parts_of(told["parts"]) if "parts" in told else made.text(content)
