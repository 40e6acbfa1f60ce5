"""Runs another tracer beside ours, and counts for each call the spans that carry its tokens."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.matrix.environment import Environment, NotInstalled, held, prepare
from tests.matrix.play import QUIET, TIMEOUT_S
from tests.matrix.receiver import Receiver, Seen, receive
from tests.matrix.twins import WAYS, Twin
from tests.support.protocols.server import Server, serve

BESIDE = Path(__file__).parent / "beside"
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
_OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "completion", "embeddings"})
_KINDS = frozenset({"LLM", "EMBEDDING"})

_STACKED = "tells every call once more"
_WARNED = "Spanwise warns of it once, at start"


@dataclass(frozen=True, slots=True)
class Told:
    """What one way of running both showed."""

    calls: int = 0
    by: tuple[str, ...] = ()
    """The scopes whose spans carry tokens, one entry a call, in order."""
    wrong: str = ""


@dataclass(slots=True)
class Pair:
    """One other tracer in one version, in every way."""

    twin: Twin
    version: str = ""
    missing: str = ""
    """Why it is not there."""
    ways: dict[str, Told] = field(default_factory=dict[str, Told])


def play_pair(twin: Twin, work: Path, wheel: Path) -> Pair:
    """Run one tracer beside ours in every way, and say on standard error how it goes."""
    pair = Pair(twin)
    with held(work, twin.key), serve() as server, receive() as receiver:
        try:
            environment = prepare(twin.name, twin.requirements, work / twin.key, wheel)
        except NotInstalled as reason:
            pair.missing = f"not installed: {reason}"
            return pair
        pair.version = environment.version
        for way, told in play_ways(twin, environment, server, receiver):
            pair.ways[way] = told
            print(f"{twin.name} {pair.version}, {way}: {told.wrong or told.by}", file=sys.stderr, flush=True)
    return pair


def play_ways(twin: Twin, environment: Environment, server: Server, receiver: Receiver) -> Iterator[tuple[str, Told]]:
    """Run both in each way and give what was told."""
    for way in WAYS:
        yield way, _way(way, twin, environment, server, receiver)


def tells(span: Seen) -> bool:
    """Say whether a span stands for one model call and carries its tokens, in any dialect."""
    told = span.attributes
    stands = (
        told.get("gen_ai.operation.name") in _OPERATIONS
        or told.get("openinference.span.kind") in _KINDS
        or "llm.request.type" in told
    )
    return stands and any(told.get(name) for name in _INPUT)


def judge(calls: int, spans: Sequence[Seen]) -> Told:
    """Hold the spans that carry tokens against the calls that were made."""
    by = tuple(span.scope for span in spans if tells(span))
    if not calls:
        return Told(calls, by, "no call was made")
    if len(by) != calls:
        others = sorted({span.scope for span in spans if not tells(span)})
        beside = f"; without tokens: {', '.join(others)}" if others else ""
        return Told(calls, by, f"{len(by)} spans with tokens for {calls} calls ({', '.join(sorted(set(by)))}{beside})")
    return Told(calls, by)


def _way(way: str, twin: Twin, environment: Environment, server: Server, receiver: Receiver) -> Told:
    server.play()
    receiver.clear()
    program = [str(BESIDE / twin.script), server.address, receiver.endpoint, way]
    ours = [str(environment.spanwise), "run", "--endpoint", receiver.endpoint]
    command = [*(ours if way == "run" else [str(environment.python)]), *program]
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(environment.folder),
        **QUIET,
        "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
        "OTEL_SERVICE_NAME": "twin",
        **dict(twin.environ),
    }
    try:
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=environment.folder
        )
    except subprocess.TimeoutExpired:
        return Told(wrong=f"took more than {TIMEOUT_S} s")
    if done.returncode:
        return Told(wrong=f"failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    told = judge(len(server.exchanges), receiver.spans())
    warned = sum(_STACKED in line for line in done.stderr.splitlines())
    if warned:
        told = replace(told, wrong=f"{told.wrong}; {_WARNED if warned == 1 else f'warned of {warned} times'}")
    faults = [line for line in done.stderr.splitlines() if line.startswith("spanwise failed")]
    return told if not faults else Told(told.calls, told.by, "; ".join(filter(None, [told.wrong, *faults])))
