"""Ties the calls of one conversation into one run, where nothing is around them.

A call goes on with the run of the one that it continues: the call whose response it names, or whose turns and answer
its own turns begin with. A system prompt and a question alone tie nothing: many conversations may begin alike. Where
two are alike to the letter, answers included, the newest is gone on with.
"""

import os
import threading
from collections import OrderedDict
from time import perf_counter_ns

from opentelemetry.trace import SpanContext

from spanwise.apis import turns
from spanwise.apis.api import Answer, Api, Asked
from spanwise.apis.gemini_interactions import GeminiInteractions
from spanwise.apis.openai_responses import OpenAIResponses

MOST = 4096
KEPT_NS = 3_600_000_000_000
MOST_WAITING = 64
MOST_WAITING_BYTES = 256 * 1024
TALKS = frozenset({"chat", "generate_content"})
"""The operations that have conversations."""

_CHAINED = (OpenAIResponses, GeminiInteractions)

_Key = tuple[str, str] | int
_Waiting = tuple[Api, Asked, bytes, Answer, SpanContext, int]

_lock = threading.RLock()  # a collection of garbage may end another call while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Conversations:
    """The last 4,096 answers that a call may go on from, each for an hour.

    Answers wait, as they came, until a call asks for one: most are never gone on from, and many at once cost less.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, tuple[SpanContext, int]] = OrderedDict()
        self._waiting: list[_Waiting] = []
        self._waiting_bytes = 0

    def run_of(self, asked: Asked, body: bytes) -> SpanContext | None:
        """Give the run that a request goes on with; None where it begins one."""
        if not (self._known or self._waiting):
            return None
        if asked.previous_response is not None:
            return self._find(("response", asked.previous_response))
        if asked.conversation is not None:
            return self._find(("conversation", asked.conversation))
        said = turns.last_said(body)
        return None if said is None else self._find(said)

    def answered(self, api: Api, asked: Asked, body: bytes, answer: Answer, run: SpanContext) -> None:
        """Remember what was answered to a call of this run, under all that a later call may name it by."""
        with _lock:
            self._waiting.append((api, asked, body, answer, run, perf_counter_ns()))
            self._waiting_bytes += len(body)
            if len(self._waiting) >= MOST_WAITING or self._waiting_bytes > MOST_WAITING_BYTES:
                self._settle()

    def forget(self) -> None:
        """Forget all answers."""
        with _lock:
            self._known.clear()
            self._waiting.clear()
            self._waiting_bytes = 0

    def __len__(self) -> int:
        with _lock:
            self._settle()
        return len(self._known)

    def _settle(self) -> None:
        """Find what the answers that wait are known by; the lock is held."""
        known = self._known
        waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
        for api, asked, body, answer, run, at_ns in waiting:
            for key in _keys(api, asked, body, answer):
                known[key] = run, at_ns
                known.move_to_end(key)
        while len(known) > MOST:
            known.popitem(last=False)

    def _find(self, key: _Key) -> SpanContext | None:
        with _lock:
            self._settle()
        run, at_ns = self._known.get(key, (None, 0))
        return run if perf_counter_ns() - at_ns <= KEPT_NS else None


def _keys(api: Api, asked: Asked, body: bytes, answer: Answer) -> list[_Key]:
    tools = [call.name for call in answer.tool_calls.values() if call.name]
    said = turns.answered(body, "".join(answer.said or ()), tools)
    keys: list[_Key] = [] if said is None else [said]
    if isinstance(api, _CHAINED) and answer.response_id is not None:
        keys.append(("response", answer.response_id))
    if asked.conversation is not None:
        keys.append(("conversation", asked.conversation))
    return keys


CONVERSATIONS = Conversations()
"""Those of this process."""
