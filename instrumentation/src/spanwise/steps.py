"""Wraps functions of every kind, so that a scope is open while they run and never leaks to whoever calls them."""

# ruff: noqa: ANN401  functions of any signature are wrapped

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from opentelemetry import context as otel_context
from opentelemetry.context import Context


class Opened(Protocol):
    """A scope that is open while a function runs."""

    @property
    def context(self) -> Context:
        """The context inside."""
        ...

    def gave(self, result: object) -> None:
        """Take what the function gives back, before the scope ends."""
        ...

    def gave_item(self, item: object) -> None:
        """Take one item that a generator gives, before whoever reads it does."""
        ...

    def close(self, error: BaseException | None) -> None:
        """End the scope, with the error that ended the function."""
        ...


Begin = Callable[[tuple[Any, ...], Mapping[str, Any]], Opened]
"""Opens the scope of one call, which has these arguments."""


def wrap(function: Any, begin: Begin) -> Any:
    """Give a function of the same kind (plain, async, generator, async generator) whose every call has a scope."""
    if inspect.isasyncgenfunction(function):
        inner = _async_generator(function, begin)
    elif inspect.isgeneratorfunction(function):
        inner = _generator(function, begin)
    elif inspect.iscoroutinefunction(function):
        inner = _coroutine(function, begin)
    else:
        inner = _plain(function, begin)
    return functools.wraps(function)(inner)


class _Inside:
    """The scope's context, entered for each step of a function and left after it."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._context = opened.context

    def run(self, step: Callable[[], Any]) -> Any:
        token = otel_context.attach(self._context)
        try:
            return step()
        except BaseException as error:
            self._opened.close(error)
            raise
        finally:
            self._context = otel_context.get_current()  # what the body has entered holds at its next step
            otel_context.detach(token)

    async def arun(self, step: Callable[[], Awaitable[Any]]) -> Any:
        token = otel_context.attach(self._context)
        try:
            return await step()
        except BaseException as error:
            self._opened.close(error)
            raise
        finally:
            self._context = otel_context.get_current()
            otel_context.detach(token)


def _plain(function: Any, begin: Begin) -> Any:
    def inner(*args: Any, **kwargs: Any) -> Any:
        opened = begin(args, kwargs)
        result = _Inside(opened).run(lambda: function(*args, **kwargs))
        opened.gave(result)
        opened.close(None)
        return result

    return inner


def _coroutine(function: Any, begin: Begin) -> Any:
    async def inner(*args: Any, **kwargs: Any) -> Any:
        opened = begin(args, kwargs)
        result = await _Inside(opened).arun(lambda: function(*args, **kwargs))
        opened.gave(result)
        opened.close(None)
        return result

    return inner


def _generator(function: Any, begin: Begin) -> Any:
    def inner(*args: Any, **kwargs: Any) -> Any:
        steps = function(*args, **kwargs)
        opened = begin(args, kwargs)
        inside = _Inside(opened)
        step: Callable[[], Any] = _bind(steps.send, None)
        while True:
            try:
                item = inside.run(step)
            except StopIteration as stop:
                return stop.value
            opened.gave_item(item)
            try:
                step = _bind(steps.send, (yield item))
            except GeneratorExit as left:
                inside.run(steps.close)
                opened.close(left)
                raise
            except BaseException as thrown:  # noqa: BLE001  whatever is thrown in belongs to the generator
                step = _bind(steps.throw, thrown)

    return inner


def _async_generator(function: Any, begin: Begin) -> Any:
    async def inner(*args: Any, **kwargs: Any) -> Any:
        steps = function(*args, **kwargs)
        opened = begin(args, kwargs)
        inside = _Inside(opened)
        step: Callable[[], Awaitable[Any]] = _bind(steps.asend, None)
        while True:
            try:
                item = await inside.arun(step)
            except StopAsyncIteration:
                return
            opened.gave_item(item)
            try:
                step = _bind(steps.asend, (yield item))
            except GeneratorExit as left:
                await inside.arun(steps.aclose)
                opened.close(left)
                raise
            except BaseException as thrown:  # noqa: BLE001  whatever is thrown in belongs to the generator
                step = _bind(steps.athrow, thrown)

    return inner


def _bind(step: Callable[[Any], Any], value: Any) -> Callable[[], Any]:
    return lambda: step(value)
