"""Plays every scenario of one SDK: a real agent process under `spanwise run`, a real provider, a real receiver."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.matrix.compare import OURS, differences, model_calls
from tests.matrix.environment import AGENTS, Environment, NotInstalled, held, prepare
from tests.matrix.receiver import Receiver, receive
from tests.matrix.sdks import SCENARIOS, Sdk
from tests.support.protocols.server import Server, serve
from tests.support.protocols.shape import Say

TIMEOUT_S = 120
_TOOL = ("call_1", "current_of", '{"river":"Danube"}')
_LONG = Say(words=("word ",) * 60)
_HALT_AFTER = 30
_SCRIPTS: dict[str, tuple[list[Say], Say]] = {
    "tool": ([Say(tool=_TOOL)], Say()),
    "retry": ([Say(status=429)], Say()),
    "error": ([], Say(status=500)),
    "break": ([], _LONG),
}
# What SDKs would otherwise send over the network by themselves.
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "PYTHONWARNINGS": "ignore",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one scenario of one SDK showed: `found` is empty where each call was told once and truly."""

    found: tuple[str, ...] = ()
    skipped: str = ""
    others: tuple[str, ...] = ()
    """The scopes of calls that others told, from which ours stood back."""

    @property
    def good(self) -> bool:
        """Whether it was played and nothing was found."""
        return not self.found and not self.skipped


@dataclass(slots=True)
class Row:
    """One SDK in one version."""

    sdk: Sdk
    version: str = ""
    doctor: Cell = field(default_factory=lambda: Cell(skipped="not played"))
    """What `spanwise doctor` says in the same environment."""
    cells: dict[str, Cell] = field(default_factory=dict[str, Cell])
    missing: str = ""
    """Why the SDK is not there."""


def play_row(sdk: Sdk, work: Path, wheel: Path) -> Row:
    """Play one row with a server and a receiver of its own, and say on standard error how it goes."""
    row = Row(sdk)
    with held(work, sdk.key), serve() as server, receive() as receiver:
        try:
            environment = prepare(sdk.name, sdk.requirements, work / sdk.key, wheel)
        except NotInstalled as reason:
            row.missing = f"not installed: {reason}"
            row.doctor = Cell(skipped=row.missing)
            return row
        row.version = environment.version
        for scenario, cell in play(sdk, environment, server, receiver):
            row.cells[scenario] = cell
            _progress(row, scenario, cell)
        row.doctor = consult(sdk, environment)
        _progress(row, "doctor", row.doctor)
    return row


def _progress(row: Row, scenario: str, cell: Cell) -> None:
    told = "ok" if cell.good else cell.skipped or "; ".join(cell.found)
    print(f"{row.sdk.name} {row.version}, {row.sdk.api}, {scenario}: {told}", file=sys.stderr, flush=True)


def play(sdk: Sdk, environment: Environment, server: Server, receiver: Receiver) -> Iterator[tuple[str, Cell]]:
    """Play each scenario and give its cell."""
    reasons = dict(sdk.skip)
    for scenario in SCENARIOS:
        if scenario in reasons:
            yield scenario, Cell(skipped=reasons[scenario])
        else:
            yield scenario, _scenario(scenario, sdk, environment, server, receiver)


def _scenario(name: str, sdk: Sdk, environment: Environment, server: Server, receiver: Receiver) -> Cell:
    script, otherwise = _SCRIPTS.get(name, ([], Say()))
    server.play(*script, otherwise=otherwise, halt_after=_HALT_AFTER if name == "break" else None)
    receiver.clear()
    program = ["python", str(AGENTS / sdk.script), f"{server.address}{sdk.path}", name, sdk.model]
    command = [str(environment.spanwise), "run", "--service", sdk.name, "--endpoint", receiver.endpoint, *program]
    environ = {"PATH": os.environ["PATH"], "HOME": str(environment.folder), **QUIET, **dict(sdk.environ)}
    try:
        done = subprocess.run(
            command, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=environment.folder
        )
    except subprocess.TimeoutExpired:
        return Cell((f"the agent took more than {TIMEOUT_S} s",))
    if done.returncode:
        return Cell((f"the agent failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}", *_strangers(server)))
    spans = receiver.spans()
    found = differences(server.exchanges, spans, broken_off=name == "break")
    found += [f"spanwise: {line}" for line in done.stderr.splitlines() if line.startswith("spanwise")]
    return Cell(
        (*found, *_strangers(server)), others=tuple(sorted({span.scope for span in model_calls(spans)} - {OURS}))
    )


def consult(sdk: Sdk, environment: Environment) -> Cell:
    """Ask `spanwise doctor` in the same environment; what it misses of this SDK is what is found."""
    command = [str(environment.spanwise), "doctor", "--json"]
    environ = {"PATH": os.environ["PATH"], "HOME": str(environment.folder), **QUIET}
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=environment.folder
    )
    if done.returncode not in {0, 1}:
        return Cell((f"the doctor failed: {(done.stderr.strip().splitlines() or ['no word'])[-1]}",))
    seen = [one for one in json.loads(done.stdout)["sdks"] if one["distribution"] == sdk.name]
    if not seen:
        return Cell(skipped="the doctor drives the library below it")
    return Cell(tuple(f"{case['case']}: {fault}" for case in seen[0]["cases"] for fault in case["missing"]))


def _strangers(server: Server) -> list[str]:
    return [f"no protocol of the server speaks {path}" for path in sorted(set(server.strangers))]
