"""Spans for agents, tools and workflows: decorator and context manager in one."""

# ruff: noqa: ANN401  a name may be the decorated function

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, Status, StatusCode

from spanwise import context as names_context
from spanwise import digests, guard, heartbeat, unfinished
from spanwise.content import capture
from spanwise.steps import wrap
from spanwise.tracer import tracer

if TYPE_CHECKING:
    from spanwise.content.items import Items

F = TypeVar("F", bound=Callable[..., Any])

_ENTERED = otel_context.create_key("spanwise-entered")
_TOOL_AROUND = otel_context.create_key("spanwise-tool")
_TOOL = "execute_tool"
# How a scope may end without having failed.
_LEFT = (GeneratorExit, StopIteration, StopAsyncIteration)


class _Open:
    """An open span and the context inside it."""

    __slots__ = ("_digests", "_forks", "_items", "_span", "_tells", "context", "run", "token")

    def __init__(self, span: Span, context: Context) -> None:
        self._span = span
        self._items: Items | None = None
        self._tells = False
        self._digests = False
        self._forks = unfinished.forks()
        self.context = otel_context.set_value(_ENTERED, self, context)
        self.run: heartbeat.Run | None = None
        self.token: Any = None

    @property
    def span(self) -> Span:
        return self._span

    @guard.guarded
    def called(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any], own: int) -> None:
        """Tell what a tool is called with, and later what it gives back: content where that is captured, else digests.

        `own` of the arguments are the object or class that the function belongs to.
        """
        if not self._span.is_recording():
            return
        self._tells = capture.STATE.on
        if self._tells:
            self._span.set_attributes(capture.of_call(function, args, kwargs))
        elif (digest := digests.of_call(args, kwargs, own)) is not None:
            self._digests = True
            self._span.set_attribute(digests.ARGUMENTS, digest)

    @guard.guarded
    def gave(self, result: object) -> None:
        """Tell what a tool gives back."""
        if self._tells:
            self._span.set_attributes(capture.of_tool(result=result))
        elif self._digests and (digest := digests.of(result)) is not None:
            self._span.set_attribute(digests.RESULT, digest)

    @guard.guarded
    def gave_item(self, item: object) -> None:
        """Keep what a generator gives; it is told when the scope ends, however that comes."""
        if self._tells:
            self._items = self._items or capture.items()
            if self._items is not None:
                self._items.add(item)

    @guard.guarded
    def tell(self, arguments: object, result: object) -> None:
        """Tell what the program says that a tool is called with and gives back."""
        if capture.STATE.on and self._span.is_recording():
            self._span.set_attributes(capture.of_tool(arguments, result))

    @guard.guarded
    def close(self, error: BaseException | None) -> None:
        """End the span; what left the scope as an exception is its error, told by class and never by message."""
        if self._forks != unfinished.forks():
            return  # the span is the parent's, and ends there
        try:
            if self._items is not None:
                self._span.set_attributes(capture.of_tool(result=self._items.told()))
            if error is not None and not isinstance(error, _LEFT) and not _clean_exit(error):
                self._span.set_attribute("error.type", type(error).__qualname__)
                self._span.set_status(Status(StatusCode.ERROR))
        finally:
            self._span.end()
            heartbeat.end(self.run)


class Scope:
    """A span around a block or around each call of a function."""

    def __init__(
        self, operation: str, key: str, name: str | None, own: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        self._operation = operation
        self._key = key
        self._name = name
        self._own = own
        self._names = names

    def __call__(self, function: F) -> F:
        """Trace each call of a function: plain, async, generator or async generator; its name is the default name."""
        name = self._name or getattr(function, "__name__", type(function).__name__)
        tells = self._operation == _TOOL
        own = (digests.own_arguments(function) if tells else 0) or 0

        def begin(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> _Open:
            opened = self._begin(name)
            if tells:
                opened.called(function, args, kwargs, own)
            return opened

        return wrap(function, begin)

    def __enter__(self) -> Span:
        opened = self._begin(self._name or self._operation)
        opened.token = otel_context.attach(opened.context)
        return opened.span

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        opened = otel_context.get_value(_ENTERED)
        if isinstance(opened, _Open) and opened.token is not None:
            otel_context.detach(opened.token)
            opened.close(error)

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, at)

    def _begin(self, name: str) -> _Open:
        return self._open(name) or _Open(INVALID_SPAN, otel_context.get_current())

    @guard.guarded
    def _open(self, name: str) -> _Open | None:
        around = otel_context.get_current()
        names = {self._key: name, **self._names} if self._key != "gen_ai.tool.name" else self._names
        inside = names_context.with_names(around, names)
        attributes = {
            "gen_ai.operation.name": self._operation,
            **names_context.names(inside),
            self._key: name,
            **self._own,
        }
        span = tracer().start_span(f"{self._operation} {name}", context=around, attributes=attributes)
        try:
            opened = _Open(span, trace.set_span_in_context(span, inside))
            if self._operation == _TOOL:
                opened.context = otel_context.set_value(_TOOL_AROUND, opened, opened.context)
            else:
                opened.run = heartbeat.begin(span, opened.context, name, names_context.names(inside))
        except Exception:
            span.end()  # nobody else knows of it
            raise
        return opened


@overload
def agent(name: F, /) -> F: ...
@overload
def agent(name: str | None = None, *, conversation: str | None = None, tenant: str | None = None) -> Scope: ...
def agent(name: Any = None, *, conversation: str | None = None, tenant: str | None = None) -> Any:
    """Trace an agent.

    Use it as `@agent`, `@agent("researcher")` or `with agent("researcher"):`.
    Every span inside carries the agent's name, and the conversation and tenant where given.
    """
    return _scope("invoke_agent", names_context.AGENT, name, {}, _given(conversation, tenant))


@overload
def tool(name: F, /) -> F: ...
@overload
def tool(name: str | None = None, *, call_id: str | None = None) -> Scope: ...
def tool(name: Any = None, *, call_id: str | None = None) -> Any:
    """Trace a tool.

    Use it as `@tool`, `@tool("search")` or `with tool("search", call_id="call_1"):`.
    """
    own = {"gen_ai.tool.call.id": call_id} if call_id else {}
    return _scope(_TOOL, "gen_ai.tool.name", name, own, {})


def tool_content(*, arguments: object = None, result: object = None) -> None:
    """Tell what the tool around is called with and gives back, as of a function that `tool` traces.

    Where content is captured it goes onto the tool's span, redacted and cut to size; else nothing happens, nor outside
    of a tool. What is None is left as it is.
    """
    around = otel_context.get_value(_TOOL_AROUND)
    if isinstance(around, _Open):
        around.tell(arguments, result)


@overload
def workflow(name: F, /) -> F: ...
@overload
def workflow(name: str | None = None, *, conversation: str | None = None, tenant: str | None = None) -> Scope: ...
def workflow(name: Any = None, *, conversation: str | None = None, tenant: str | None = None) -> Any:
    """Trace a workflow.

    Use it as `@workflow`, `@workflow("triage")` or `with workflow("triage"):`.
    Every span inside carries the workflow's name, and the conversation and tenant where given.
    """
    return _scope("invoke_workflow", names_context.WORKFLOW, name, {}, _given(conversation, tenant))


def _scope(operation: str, key: str, name: Any, own: Mapping[str, str], names: Mapping[str, str]) -> Any:
    if callable(name):
        return Scope(operation, key, None, own, names)(name)
    if name is not None and not isinstance(name, str):
        raise TypeError(f"name: got {name!r}, expected a string or a function")
    return Scope(operation, key, name, own, names)


def _given(conversation: str | None, tenant: str | None) -> dict[str, str]:
    pairs = ((names_context.CONVERSATION, conversation), (names_context.TENANT, tenant))
    return {key: value for key, value in pairs if value is not None}


def _clean_exit(error: BaseException) -> bool:
    return isinstance(error, SystemExit) and error.code in {None, 0}
