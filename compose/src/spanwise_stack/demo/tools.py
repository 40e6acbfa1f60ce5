"""The tools of the demo's researcher: they take their time, and one of them fails now and then."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import spanwise

_RNG: Final = random.Random(7)  # noqa: S311 a demo draws no secrets
_TIMED_OUT: Final = 0.12


async def _work(median_s: float) -> None:
    await asyncio.sleep(median_s * _RNG.lognormvariate(0.0, 0.3))


@spanwise.tool
async def search_web(query: str) -> str:
    """Find pages about a query."""
    await _work(0.12)
    hits = [{"title": f"{query} ({number})", "url": f"https://example.com/{number}"} for number in range(8)]
    return json.dumps(hits)


@spanwise.tool
async def read_page(query: str) -> str:
    """Read the page that fits a query best.

    Raises:
        TimeoutError: the page took too long; about one in eight does.
    """
    await _work(0.25)
    if _RNG.random() < _TIMED_OUT:
        raise TimeoutError(f"no answer from the page about {query!r}")
    return f"What is known about {query}. " * 60


@spanwise.tool
async def count_words(query: str) -> str:
    """Count the words of a text."""
    await _work(0.02)
    return str(len(query.split()))


TOOLS: Final[Mapping[str, Callable[[str], Awaitable[str]]]] = {
    "search_web": search_web,
    "read_page": read_page,
    "count_words": count_words,
}

SCHEMAS: Final[list[Any]] = [
    {
        "type": "function",
        "function": {
            "name": name,
            "description": (tool.__doc__ or name).splitlines()[0],
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
        },
    }
    for name, tool in TOOLS.items()
]


async def call(name: str, arguments: str) -> str:
    """Call a tool as a model asked for it; a failure is told to the model, which may go on without."""
    try:
        return await TOOLS[name](json.loads(arguments)["query"])
    except TimeoutError as fault:
        return f"error: {fault}"
