"""A fault at any line of ours around the program's own tools and agents never changes what these give or raise."""

import asyncio
from collections.abc import Callable

import pytest

import spanwise
from tests.support import breaking
from tests.support.stage import FAULTS, Counted

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


def plain() -> object:
    class Toolbox:
        @spanwise.tool
        def search(self, query, *more, limit=3):
            return {"hits": limit, "for": [query, *more], "raw": b"abc", "odd": self.__class__}

    return len(Toolbox().search("ann@example.com", {"a": (1, 2)}, limit=1))


def failing() -> object:
    @spanwise.tool("search")
    def search(_query):
        raise LookupError("no")

    try:
        search("q")
    except LookupError as error:
        return str(error)


def coroutine() -> object:
    @spanwise.agent("lead")
    async def lead(task):
        return task * 2

    return asyncio.run(lead("a"))


def generator() -> object:
    @spanwise.tool
    def rows(count):
        got = yield from range(count)
        yield str(got)

    left = rows(3)
    return [*rows(2), next(left), left.close()]


def async_generator() -> object:
    @spanwise.tool
    async def rows(count):
        for at in range(count):
            yield {"at": at}

    async def read():
        return [row async for row in rows(2)]

    return asyncio.run(read())


def blocks() -> object:
    with (
        spanwise.workflow("triage", conversation="c-1", tenant="acme"),
        spanwise.agent("lead"),
        spanwise.tool("search", call_id="call_1"),
    ):
        spanwise.tool_content(arguments={"q": 1}, result="r")
    return "left"


async def _inside():
    async with spanwise.tool("search"):
        await asyncio.sleep(0)
    return "left"


def async_blocks() -> object:
    return asyncio.run(_inside())


PROGRAMS: list[Callable[[], object]] = [plain, failing, coroutine, generator, async_generator, blocks, async_blocks]


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("capture", ["NO_CONTENT", "SPAN_ONLY"])
def test_fault_at_any_line_of_a_scope_is_never_seen_by_the_program(instrumented, monkeypatch, capture, program):
    bare = program()
    counted = Counted()
    monkeypatch.setenv(CAPTURE, capture)
    instrumented(raise_faults=False).provider.add_span_processor(counted)
    assert program() == bare
    assert not counted.open
    wrong = []
    places = breaking.watched(program)[0]
    assert places
    for at, place in enumerate(places):
        seen, struck = breaking.broken_at(place, FAULTS[at % len(FAULTS)], program)
        assert struck, place
        if seen != bare:
            wrong.append(f"{place} shows")
        if counted.open and place.file not in breaking.SPANS:
            wrong.append(f"{place} leaves a span open")
        counted.open = 0
    assert not wrong
