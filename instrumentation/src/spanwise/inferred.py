"""Infers tool spans from tool calls whose results come back, and ties a loop without any span around it into one run.

A model names each tool call by an id, and the next request carries the result under that id: so the tool ran between
the two, and both requests belong to one run. Where a tool has a real span, none is inferred.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Tracer, set_span_in_context

from spanwise import digests
from spanwise.apis.api import ToolCall, ToolResult
from spanwise.content import capture
from spanwise.tracer import Attributes

MOST = 4096
_NOTHING: Mapping[str, object] = {}
_NO_DIGESTS: Mapping[str, str] = {}

_lock = threading.RLock()  # a collection of garbage may end another attempt while it is held
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@dataclass(slots=True)
class Asked:
    """A tool call that a model asked for; `trace_id` is nought where no span was around the model call."""

    id: str
    name: str
    trace_id: int
    parent: SpanContext
    names: Mapping[str, str]
    answered_ns: int
    arguments: object = None
    """Where content is captured."""
    digest: str | None = None
    """Of its arguments, where they are known."""
    ran: bool = False
    """It has a span, real or inferred."""


class ToolCalls:
    """The last 4,096 tool calls asked for, by trace and call id."""

    def __init__(self) -> None:
        self._calls: OrderedDict[tuple[int, str], Asked] = OrderedDict()

    def ask(
        self,
        calls: Iterable[ToolCall],
        trace_id: int,
        parent: SpanContext,
        names: Mapping[str, str],
        at_ns: int,
        arguments: Mapping[str, object] = _NOTHING,
        digested: Mapping[str, str] = _NO_DIGESTS,
    ) -> None:
        """Remember what a model asked for in an answer that ended at `at_ns`, in nanoseconds since 1970.

        `arguments` are those of the calls by their ids, where content is captured; `digested` their digests.
        """
        with _lock:
            for call in calls:
                if call.id and call.name:
                    # A name that serves as id says nothing about which of all loops asked for it, but its run does.
                    trace = parent.trace_id if call.id == call.name else trace_id
                    given = arguments.get(call.id)
                    self._calls[trace, call.id] = Asked(
                        call.id, call.name, trace_id, parent, names, at_ns, given, digested.get(call.id)
                    )  # fmt: skip
            while len(self._calls) > MOST:
                self._calls.popitem(last=False)

    def run_of(self, results: Iterable[ToolResult]) -> SpanContext | None:
        """Give the run that a request without a span around it goes on with; None where it begins one."""
        for result in results:
            asked = self._calls.get((0, result.call_id))
            if asked is not None:
                return asked.parent
        return None

    def returned(
        self,
        results: Iterable[ToolResult],
        trace_id: int,
        run_id: int,
        tracer: Tracer,
        at_ns: int,
        said: Mapping[str, object] = _NOTHING,
    ) -> None:
        """Make a span for each call whose result a request that began at `at_ns` carries, once.

        `trace_id` is nought where nothing is around the request; `run_id` is the trace that it goes on with. `said` is
        what the results say by the id of the call, else by the tool's name, where content is captured.
        """
        for result in results:
            with _lock:
                calls, call_id = self._calls, result.call_id
                asked = calls.get((trace_id, call_id)) or calls.get((run_id, call_id))
                if asked is None or asked.ran:
                    continue
                asked.ran = True
            told = capture.of_tool(asked.arguments, said.get(result.call_id, said.get(asked.name)))
            _infer(asked, result, told, tracer, at_ns)

    def ran(self, trace_id: int, name: str, call_id: str | None) -> None:
        """Note a real tool span; one without a call id stands for the oldest call of its name in its trace."""
        with _lock:
            if call_id is not None:
                asked = self._calls.get((trace_id, call_id))
            else:
                mine = (call for call in tuple(self._calls.values()) if call.trace_id == trace_id and call.name == name)
                asked = next((call for call in mine if not call.ran), None)
            if asked is not None:
                asked.ran = True

    def forget(self) -> None:
        """Forget all calls."""
        with _lock:
            self._calls.clear()

    def __len__(self) -> int:
        return len(self._calls)


def _infer(asked: Asked, result: ToolResult, told: Attributes, tracer: Tracer, at_ns: int) -> None:
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": asked.name,
        "gen_ai.tool.call.id": asked.id,
        "spanwise.inferred": True,
        "spanwise.tool.result_bytes": result.size,
        **asked.names,
        **told,
        **({} if asked.digest is None else {digests.ARGUMENTS: asked.digest}),
    }
    parent = set_span_in_context(NonRecordingSpan(asked.parent), Context())
    start_ns = min(asked.answered_ns, at_ns)
    span = tracer.start_span(f"execute_tool {asked.name}", parent, SpanKind.INTERNAL, attributes, start_time=start_ns)
    span.end(at_ns)


CALLS = ToolCalls()
"""Those of this process."""
