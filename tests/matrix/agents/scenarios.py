"""Plays one scenario with what a script offers; the scenario and the address come from the command line."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Generator
from itertools import islice

ADDRESS, SCENARIO = sys.argv[1:3]
ENOUGH = 8
"""How many chunks of a stream are read before it is left; the first with content is among them."""
PROMPT = "Which way does the Danube flow?"
TOOL = "current_of"
TOOL_ABOUT = "Tell the current of a river."
TOOL_SCHEMA = {"type": "object", "properties": {"river": {"type": "string"}}, "required": ["river"]}
TOOL_RESULT = "east"
OPENAI_TOOL = {"type": "function", "function": {"name": TOOL, "description": TOOL_ABOUT, "parameters": TOOL_SCHEMA}}


def play(
    *,
    plain: Callable[[], object],
    stream: Callable[[], Generator[object]] | None = None,
    tool: Callable[[], object] | None = None,
    plain_async: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Play the scenario that was asked for; exit status 1 where the SDK did not show what the scenario is about."""
    if SCENARIO in {"plain", "retry"}:
        plain()
    elif SCENARIO == "stream":
        assert stream is not None
        assert sum(1 for _ in stream()) > 1
    elif SCENARIO == "async":
        assert plain_async is not None
        asyncio.run(_awaited(plain_async))
    elif SCENARIO == "tool":
        assert tool is not None
        tool()
    elif SCENARIO == "error":
        _must_fail(plain)
    elif SCENARIO == "break":
        assert stream is not None
        running = stream()
        assert sum(1 for _ in islice(running, ENOUGH)) == ENOUGH
        running.close()
    else:
        raise SystemExit(f"scenario: got {SCENARIO!r}")


def loop(call: Callable[[], int]) -> None:
    """Call up to three times as a raw client does, until the status is not 429."""
    for _ in range(3):
        if call() != 429:
            return


async def _awaited(call: Callable[[], Awaitable[object]]) -> None:
    await call()


def _must_fail(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception as fault:  # noqa: BLE001  each SDK has its own
        print(type(fault).__name__)
    else:
        raise SystemExit("the SDK did not tell the error")
