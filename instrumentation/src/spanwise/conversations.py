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

from spanwise.apis.api import Answer, Api, Asked
from spanwise.apis.gemini_interactions import GeminiInteractions
from spanwise.apis.openai_responses import OpenAIResponses
from spanwise.apis.turns import Turns, read_turns
from spanwise.later import LATER

MOST = 4096
KEPT_NS = 3_600_000_000_000
TALKS = frozenset({"chat", "generate_content"})
"""The operations that have conversations."""

_CHAINED = (OpenAIResponses, GeminiInteractions)

_Key = tuple[str, str] | int

_lock = threading.RLock()  # a collection of garbage may end another call while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class Conversations:
    """The last 4,096 answers that a call may go on from, each for an hour."""

    def __init__(self) -> None:
        self._known: OrderedDict[_Key, tuple[SpanContext, int]] = OrderedDict()

    def run_of(self, asked: Asked, turns: Turns | None) -> SpanContext | None:
        """Give the run that a request goes on with; None where it begins one."""
        LATER.settle()
        if asked.previous_response is not None:
            return self._find(("response", asked.previous_response))
        if asked.conversation is not None:
            return self._find(("conversation", asked.conversation))
        return None if turns is None or turns.said is None else self._find(turns.said)

    def answered(
        self, api: Api, asked: Asked, turns: Turns | bytes, answer: Answer, run: SpanContext, at_ns: int
    ) -> None:
        """Remember what was answered to a call of this run, under all that a later call may name it by.

        `turns` are those of the request, or its body where nobody has read them; `at_ns` is of `perf_counter_ns`.
        """
        told = (run, at_ns)
        tools = [call.name for call in answer.tool_calls.values() if call.name] if answer.tool_calls else ()
        if answer.said or tools:
            read = read_turns(turns) if isinstance(turns, bytes) else turns
            key = read.answered("".join(answer.said or ()), tools) if read is not None else None
            if key is not None:
                self._remember(key, told)
        if answer.response_id is not None and isinstance(api, _CHAINED):
            self._remember(("response", answer.response_id), told)
        if asked.conversation is not None:
            self._remember(("conversation", asked.conversation), told)

    def forget(self) -> None:
        """Forget all answers."""
        LATER.settle()
        with _lock:
            self._known.clear()

    def __len__(self) -> int:
        LATER.settle()
        return len(self._known)

    def _remember(self, key: _Key, told: tuple[SpanContext, int]) -> None:
        with _lock:
            self._known[key] = told
            self._known.move_to_end(key)
            if len(self._known) > MOST:
                self._known.popitem(last=False)

    def _find(self, key: _Key) -> SpanContext | None:
        run, at_ns = self._known.get(key, (None, 0))
        return run if perf_counter_ns() - at_ns <= KEPT_NS else None


CONVERSATIONS = Conversations()
"""Those of this process."""
