"""Stops a run that went beyond what the user gave it: its next call of a model does not leave.

Nothing of this happens unless the user asks for it.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from spanwise import guard

if TYPE_CHECKING:
    from spanwise.apis.api import Answer

MOST_RUNS: Final = 10_000
_log = logging.getLogger("spanwise")


class RunStopped(BaseException):
    """The run was stopped on purpose, before a call of a model left.

    It is no `Exception`, so that neither an SDK nor an agent takes it for a failure that is worth another try.
    `reason` says why, and `trace_id` (32 hexadecimal digits) which run it was.
    """

    def __init__(self, reason: str, trace_id: str) -> None:
        super().__init__(f"this run was stopped: {reason} (trace {trace_id})")
        self.reason = reason
        self.trace_id = trace_id


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; None is as much as it likes."""

    cost_usd: float | None = None
    tokens: int | None = None
    steps: int | None = None
    """Calls of models, and of tools that models asked for."""
    repeats: int | None = None
    """Answers in a row that call the same tools with equal arguments."""

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self != Limits()


class _Spent:
    """What one run used so far."""

    __slots__ = ("cost_usd", "last", "repeats", "steps", "stopped", "tokens", "unpriced")

    def __init__(self) -> None:
        self.cost_usd = 0.0
        self.tokens = 0
        self.steps = 0
        self.repeats = 0
        self.last: Hashable = None
        self.stopped = ""
        self.unpriced = False

    def reason(self, limits: Limits) -> str:
        """Say why the run may go no further; blank where it may."""
        if self.stopped:
            return self.stopped
        if limits.repeats is not None and self.repeats >= limits.repeats:
            return f"it called the same tools with equal arguments {self.repeats} times in a row"
        if limits.steps is not None and self.steps >= limits.steps:
            return f"it took {self.steps} steps of {limits.steps}"
        if limits.tokens is not None and self.tokens >= limits.tokens:
            return f"it used {self.tokens} tokens of {limits.tokens}"
        if limits.cost_usd is not None and self.cost_usd >= limits.cost_usd:
            return f"it cost {self.cost_usd:.4g} USD of {limits.cost_usd:g}"
        return ""


class Budgets:
    """The runs of this process, by their trace; the 10,000 that were used last."""

    def __init__(self) -> None:
        self.on = False
        """Whether anything is counted or stopped at all."""
        self._limits = Limits()
        self._runs: OrderedDict[int, _Spent] = OrderedDict()
        self._lock = threading.RLock()  # a collection of garbage may end a call while it is held

    def configure(self, limits: Limits, *, listens: bool = False) -> None:
        """Count from now on, and forget what was; `listens` where somebody else may stop a run."""
        with self._lock:
            self._limits = limits
            self._runs.clear()
            self.on = limits.any or listens

    def check(self, trace_id: int) -> None:
        """Let a call of a run leave, or raise `RunStopped`."""
        with self._lock:
            spent = self._runs.get(trace_id)
            reason = spent.reason(self._limits) if spent is not None else ""
            if spent is None or not reason:
                return
            told, spent.stopped = bool(spent.stopped), reason
        stopped = RunStopped(reason, f"{trace_id:032x}")
        if not told:
            _log.warning("spanwise: %s", stopped)
        raise stopped

    def stop(self, trace_id: int, reason: str) -> bool:
        """Stop a run of this process at its next call; False where it is none, or stopped already."""
        with self._lock:
            spent = self._runs.get(trace_id)
            if spent is None or spent.stopped:
                return False
            spent.stopped = reason
        _log.warning("spanwise: this run will be stopped: %s (trace %032x)", reason, trace_id)
        return True

    @guard.guarded
    def used(self, trace_id: int, model: str | None, answer: "Answer", calls: Hashable) -> None:
        """Count a call that ended; `calls` are the tools that it asks for, None where it asks for none."""
        tokens = (answer.input_tokens or 0) + (answer.output_tokens or 0)
        cost_usd = answer.cost_usd
        if cost_usd is None and self._limits.cost_usd is not None:
            cost_usd = _priced(answer.model or model, answer)
        with self._lock:
            spent = self._runs.pop(trace_id, None) or _Spent()
            self._runs[trace_id] = spent  # behind all others
            spent.tokens += tokens
            spent.steps += 1 + len(answer.tool_calls)
            spent.repeats = spent.repeats + 1 if calls is not None and calls == spent.last else int(calls is not None)
            spent.last = calls
            if cost_usd is not None:
                spent.cost_usd += cost_usd
            elif tokens and self._limits.cost_usd is not None and not spent.unpriced:
                spent.unpriced = True
                _log.warning("spanwise: %s has no price: the run's budget in USD does not see it", model)
            while len(self._runs) > MOST_RUNS:
                self._runs.popitem(last=False)

    def __len__(self) -> int:
        return len(self._runs)

    def free(self) -> None:
        """Be free in a forked child, whatever a thread of the parent was about."""
        self._lock = threading.RLock()


def _priced(model: str | None, answer: "Answer") -> float | None:
    """Price a call as genai-prices does; None for a model that it does not know."""
    from genai_prices import Usage, calc_price

    usage = Usage(
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        cache_read_tokens=answer.cache_read_tokens,
        cache_write_tokens=answer.cache_write_tokens,
    )
    try:
        return float(calc_price(usage, model_ref=model or "").total_price)
    except (LookupError, ValueError):
        return None


BUDGETS: Final = Budgets()
"""Those of this process."""
os.register_at_fork(after_in_child=BUDGETS.free)
