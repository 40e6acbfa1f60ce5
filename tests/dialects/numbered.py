"""The provider server of the recordings."""

import itertools
from dataclasses import replace

from tests.support.protocols import anthropic, gemini, openai_chat, openai_responses
from tests.support.protocols.server import Server
from tests.support.protocols.shape import Call, Reply, Say

_IDS = {module.ID.encode() for module in (anthropic, gemini, openai_chat, openai_responses)}


class Numbered(Server):
    """A provider that gives each answer an id and numbers of its own, as real ones do."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count()

    def play(self, *script: Say, otherwise: Say | None = None, halt_after: int | None = None) -> None:
        """Forget what was, and begin to count anew."""
        super().play(*script, otherwise=otherwise, halt_after=halt_after)
        self._numbers = itertools.count()

    def answer(self, call: Call) -> Reply:
        reply = super().answer(call)
        own, parts = b"-golden%06d" % next(self._numbers), reply.parts
        for known in _IDS:
            parts = tuple(part.replace(known, known + own) for part in parts)
        return replace(reply, parts=parts)
