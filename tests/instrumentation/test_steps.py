import inspect

import pytest
from opentelemetry import trace

import spanwise


def current() -> int:
    return trace.get_current_span().get_span_context().span_id


def test_generator_runs_inside_its_span_and_its_caller_outside(spans):
    @spanwise.agent
    def count():
        seen.append(current())
        got = yield 1
        seen.append(current())
        yield got
        return 9

    seen: list[int] = []

    def whole():
        return (yield from count())

    steps = whole()
    outside = current()
    assert next(steps) == 1
    assert current() == outside
    assert steps.send("x") == "x"
    with pytest.raises(StopIteration) as stop:
        next(steps)
    assert stop.value.value == 9
    assert inspect.isgeneratorfunction(count)
    assert seen == [spans.one().context.span_id] * 2


def test_span_opened_inside_a_generator_stays_current_between_its_steps(spans):
    @spanwise.agent
    def run():
        with spanwise.tool("slow"):
            yield 1
            with spanwise.tool("inner"):
                pass
            yield 2

    assert list(run()) == [1, 2]
    inner, slow, agent = spans.all()
    assert inner.parent.span_id == slow.context.span_id
    assert slow.parent.span_id == agent.context.span_id


def test_generator_left_early_runs_its_clean_up_and_is_no_error(spans):
    @spanwise.tool
    def rows():
        try:
            yield 1
            yield 2
        finally:
            done.append(current())

    done: list[int] = []
    steps = rows()
    next(steps)
    steps.close()
    span = spans.one()
    assert done == [span.context.span_id]
    assert "error.type" not in span.attributes


def test_exceptions_pass_both_ways_through_a_generator(spans):
    @spanwise.tool
    def rows():
        try:
            yield 1
        except KeyError:
            yield "caught"
        raise LookupError

    steps = rows()
    next(steps)
    assert steps.throw(KeyError()) == "caught"
    with pytest.raises(LookupError):
        next(steps)
    assert spans.one().attributes["error.type"] == "LookupError"


async def test_async_generator_runs_inside_its_span(spans):
    @spanwise.agent
    async def stream():
        try:
            got = yield current()
            yield got
        except KeyError:
            yield "caught"

    steps = stream()
    assert inspect.isasyncgenfunction(stream)
    inside = await anext(steps)
    assert current() == 0
    assert await steps.asend("x") == "x"
    assert await steps.athrow(KeyError()) == "caught"
    with pytest.raises(StopAsyncIteration):
        await anext(steps)
    assert spans.one().context.span_id == inside


async def test_async_generator_left_early_runs_its_clean_up_and_is_no_error(spans):
    @spanwise.agent
    async def stream():
        try:
            yield 1
        finally:
            done.append(current())

    done: list[int] = []
    steps = stream()
    await anext(steps)
    await steps.aclose()
    assert done == [spans.one().context.span_id]
    assert "error.type" not in spans.one().attributes


async def test_failing_coroutine_is_an_error(spans):
    @spanwise.tool
    async def broken():
        raise LookupError

    with pytest.raises(LookupError):
        await broken()
    assert spans.one().attributes["error.type"] == "LookupError"
