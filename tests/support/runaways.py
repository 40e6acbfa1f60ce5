"""Runs that loop and runs that only look so: their steps, one in a line, as rows of a batch or as OTLP spans."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from spanwise_collector.normalise.arguments import digest, digest_as_is
from tests.support.otlp import ERROR, OK, span
from tests.support.rows import row


@dataclass(frozen=True)
class Did:
    """One step: a call of a model (`tool` is empty) or of a tool, that began `after_s` the one before had ended."""

    tool: str = ""
    arguments: object = None
    result: str | None = None
    error: str | None = None
    took_s: float = 0.4
    after_s: float = 0.02
    tokens: int = 0
    owner: int = 1


def ask(tokens: int = 1_000, took_s: float = 2.0, **more) -> Did:
    """A model is asked."""
    return Did(tokens=tokens, took_s=took_s, **more)


def call(tool: str, arguments: object = None, result: str | None = None, **more) -> Did:
    """A tool is called."""
    return Did(tool, arguments, result, **more)


def times(count: int, turn: Callable[[int], Sequence[Did]]) -> list[Did]:
    """Do it so many times."""
    return [did for number in range(count) for did in turn(number)]


def stuck(count: int) -> list[Did]:
    """The same tool with the same arguments in another order, again and again."""
    pairs = [("query", "weather"), ("limit", 3)]
    return times(count, lambda n: [ask(), call("search", dict(pairs[:: (-1) ** n]), "nothing found")])


def back_and_forth(count: int, period: int = 2) -> list[Did]:
    """A-B-A-B."""
    tools = [f"tool_{number}" for number in range(period)]
    return times(count, lambda _: [did for tool in tools for did in (ask(), call(tool, {"of": tool}, "ok"))])


def failing(count: int) -> list[Did]:
    """The same error, whatever is tried."""
    return times(count, lambda n: [ask(), call("run_sql", {"sql": f"select {n}"}, error="OperationalError")])


def polling(count: int) -> list[Did]:
    """A model looks after a job, with growing pauses."""
    return times(
        count,
        lambda n: [ask(after_s=0 if n == 0 else min(2.0 ** (n - 1), 30)), call("job_status", {"job": 7}, "running")],
    )


def waiting(count: int) -> list[Did]:
    """A model looks after a job, and calls a tool that waits."""
    return times(count, lambda _: [
        ask(), call("job_status", {"job": 7}, "running"), ask(), call("sleep", {"s": 20}, "", took_s=20.0),
    ])  # fmt: skip


def polled_in_code(count: int) -> list[Did]:
    """A program looks after a job, quickly, while no model is asked."""
    return [ask(), *times(count, lambda _: [call("job_status", {"job": 7}, "running", after_s=0.1)]), ask()]


def paging(count: int) -> list[Did]:
    """Page after page."""
    return times(count, lambda n: [ask(), call("list_items", {"page": n}, f"page {n}")])


def taking(count: int) -> list[Did]:
    """The next item, and the next, of a queue: the same arguments, other results."""
    return times(count, lambda n: [ask(), call("next_item", {}, f"item {n}")])


def mapping(count: int) -> list[Did]:
    """The same work on each of many items."""
    return times(count, lambda n: [ask(), call("read", {"id": n}, f"text {n}"), call("write", {"id": n}, "ok")])


def side_by_side(count: int) -> list[Did]:
    """Many small agents, each of which begins with the same call."""
    return [
        replace(did, owner=100 + number)
        for number in range(count)
        for did in (ask(), call("schema", {}, "table t"), ask(), call("read", {"id": number}, f"text {number}"))
    ]


def retrying(count: int) -> list[Did]:
    """Calls that fail some times in a row, and then do not."""
    return times(count, lambda n: [
        ask(),
        *(call("fetch", {"url": n}, error="Timeout", after_s=0.5 * 2**k) for k in range(3)),
        call("fetch", {"url": n}, f"page {n}"),
    ])  # fmt: skip


def researching(count: int) -> list[Did]:
    """A long research: searches, pages, notes; some of them again; the context grows."""
    return times(count, lambda n: [
        ask(tokens=2_000 + 200 * n),
        call("search", {"query": f"topic {n // 3}"}, f"hits {n // 3}"),
        ask(tokens=2_100 + 200 * n),
        call("read_page", {"url": f"https://example.com/{n}"}, f"text {n}"),
        call("note", {"text": f"note {n}"}, "ok"),
    ])  # fmt: skip


def coding(count: int) -> list[Did]:
    """Edit and test until it works: the test is the same each time, the edit is not, and fails for a while."""
    return times(count, lambda n: [
        ask(), call("edit", {"patch": n}, "ok"), ask(), call("run_tests", {}, f"{n} passed", error="tool_error"),
    ])  # fmt: skip


HEALTHY: dict[str, list[Did]] = {
    "polling": polling(40),
    "waiting": waiting(40),
    "polled_in_code": polled_in_code(200),
    "paging": paging(200),
    "taking": taking(45),
    "mapping": mapping(200),
    "side_by_side": side_by_side(60),
    "retrying": retrying(30),
    "researching": researching(150),
    "coding": coding(40),
}
"""Long runs that are well, by name."""

LOOPS: dict[str, Callable[[int], list[Did]]] = {
    "stuck": stuck,
    "back_and_forth": back_and_forth,
    "three": lambda count: back_and_forth(count, 3),
    "six": lambda count: back_and_forth(count, 6),
}
"""Runs that go in circles: by name, how to make so many repetitions."""


def rows(steps: Sequence[Did], *, trace: int = 1, first: int = 1000, at_s: float = 0.0, agent: str = "researcher"):
    """Rows of a batch (dictionaries), each of which ends when it does; 1,000 tokens cost a cent."""
    made = []
    for number, did in enumerate(steps, first):
        at_s += did.after_s + did.took_s
        told = {} if did.tool else {"input_tokens": did.tokens, "cost_pico_usd": did.tokens * 10_000_000}
        if did.tool and did.arguments is not None:
            told["tool_arguments"] = digest(json.dumps(did.arguments))
        if did.tool and did.result is not None:
            told["tool_result"] = digest_as_is(did.result)
        made.append(
            row(
                number,
                "tool" if did.tool else "llm",
                trace=trace,
                parent=did.owner,
                at_s=at_s,
                took_s=did.took_s,
                tool=did.tool or None,
                error_type=did.error,
                agent=agent,
                **told,
            )
        )  # fmt: skip
    return made


def otlp(steps: Sequence[Did], trace_id: bytes, end_ns: int, *, first: int = 1, agent: str = "researcher"):
    """OTLP spans of a run of which the last step ends at `end_ns`; its own span is still to come."""
    length_s = sum(did.after_s + did.took_s for did in steps)
    at_ns, made = end_ns - round(length_s * 1e9), []
    for number, did in enumerate(steps, first):
        begun_ns = at_ns + round(did.after_s * 1e9)
        at_ns = begun_ns + round(did.took_s * 1e9)
        made.append(
            span(
                f"execute_tool {did.tool}" if did.tool else "chat gpt-4o",
                {"gen_ai.agent.name": agent, **_attributes(did)},
                trace_id=trace_id,
                span_id=number.to_bytes(8, "big"),
                parent_span_id=(2**40 + did.owner).to_bytes(8),
                start_ns=begun_ns,
                end_ns=at_ns,
                status_code=ERROR if did.error else OK,
            )
        )  # fmt: skip
    return made


def _attributes(did: Did) -> dict[str, str | int]:
    told: dict[str, str | int | None] = {
        "gen_ai.operation.name": "execute_tool" if did.tool else "chat",
        "gen_ai.tool.name": did.tool or None,
        "gen_ai.tool.call.arguments": None if did.arguments is None else json.dumps(did.arguments),
        "gen_ai.tool.call.result": did.result,
        "error.type": did.error,
        **({} if did.tool else {
            "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": did.tokens, "gen_ai.usage.output_tokens": 50,
        }),
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}
