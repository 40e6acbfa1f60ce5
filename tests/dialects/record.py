"""Records golden cases: real emitters in isolated environments, what they tell of calls whose truth is known.

`python -m tests.dialects.record WORK [EMITTER ...]`: WORK keeps the environments for the next run. Each case
becomes `tests/data/dialects/EMITTER.SCENARIO.pb`, one OTLP request, those of events and metrics beside it
(`.logs.pb`, `.metrics.pb`), and its line in `truth.json`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.dialects import keep
from tests.dialects.catalogue import AGENTS, EMITTERS, Emitter
from tests.dialects.environment import ROOT, prepare
from tests.dialects.numbered import Numbered
from tests.matrix.receiver import Receiver, receive
from tests.support.protocols.server import Exchange, Server, serve
from tests.support.protocols.shape import Say

DATA = ROOT / "tests" / "data" / "dialects"
TRUTH = DATA / "truth.json"
SCENARIOS = ("plain", "stream", "tool", "error")
TIMEOUT_S = 600
_TOKENS = {
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
}
QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "OPENAI_AGENTS_DISABLE_TRACING": "false",
    "PYTHONWARNINGS": "ignore",
    "OPENAI_API_KEY": "none",
    "ANTHROPIC_API_KEY": "none",
}


def main(argv: list[str]) -> int:
    """Record the emitters that were asked for, or all; 1 where one could not be."""
    work, asked = Path(argv[0]), argv[1:]
    DATA.mkdir(parents=True, exist_ok=True)
    failed = 0
    for emitter in (emitter for emitter in EMITTERS if not asked or emitter.name in asked):
        folder = prepare(work / emitter.name, emitter.requirements, emitter.packages)
        with serve(Numbered) as server, receive() as receiver:
            failed += _record(emitter, folder, server, receiver)
    return 1 if failed else 0


def told(exchange: Exchange) -> dict[str, object]:
    """Give the truth of one call as the provider said it."""
    return {name: exchange.reply.told.get(key) for key, name in _TOKENS.items()}


def environ(folder: Path, receiver: Receiver) -> dict[str, str]:
    """Give what an emitter's process knows of this machine: nothing but where to find its programs."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), "PYTHONPATH": str(AGENTS), "RECEIVER": receiver.endpoint, **QUIET}


def _record(emitter: Emitter, folder: Path, server: Server, receiver: Receiver) -> int:
    failed = 0
    for scenario in (scenario for scenario in SCENARIOS if scenario not in emitter.skip):
        server.play(*([Say(tool=emitter.tool)] if scenario == "tool" else []), otherwise=_otherwise(scenario))
        receiver.clear()
        done = subprocess.run(
            _command(emitter, folder, receiver, f"{server.address}{emitter.path}", scenario),
            env=environ(folder, receiver), capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=folder,
        )  # fmt: skip
        sent = len(receiver.exports), len(receiver.logs), len(receiver.metrics)
        print(f"{emitter.name} {scenario}: exit {done.returncode}, {len(server.exchanges)} calls, requests {sent}")
        if done.returncode or not receiver.exports:
            print(*done.stderr.strip().splitlines()[-3:], sep="\n")
            failed += 1
            continue
        _keep(f"{emitter.name}.{scenario}", receiver, folder)
        truth = json.loads(TRUTH.read_text()) if TRUTH.exists() else {}
        truth[f"{emitter.name}.{scenario}"] = [told(exchange) for exchange in server.exchanges]
        TRUTH.write_text(json.dumps(truth, indent=1, sort_keys=True) + "\n")
    return failed


def _otherwise(scenario: str) -> Say:
    return Say(status=400) if scenario == "error" else Say()


def _command(emitter: Emitter, folder: Path, receiver: Receiver, address: str, scenario: str) -> list[str]:
    if emitter.switch == "node":  # which looks for packages beside the script
        script = shutil.copy(emitter.script, folder)
        return [str(folder / "bin" / "node"), script, receiver.endpoint, address, scenario]
    here = str(Path(__file__).with_name("emitters.py"))
    python = str(folder / "bin" / "python")
    return [python, here, emitter.switch, receiver.endpoint, str(emitter.script), address, scenario]


def _keep(case: str, receiver: Receiver, folder: Path) -> None:
    (DATA / f"{case}.pb").write_bytes(keep.traces(receiver.exports, folder))
    for name, body in (
        ("logs", keep.logs(receiver.logs, folder)),
        ("metrics", keep.metrics(receiver.metrics, folder)),
    ):
        path = DATA / f"{case}.{name}.pb"
        path.unlink(missing_ok=True)
        if body:
            path.write_bytes(body)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
