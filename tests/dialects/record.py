"""Records golden cases: real emitters in isolated environments, what they tell of calls whose truth is known.

`python -m tests.dialects.record WORK [EMITTER ...]`: WORK keeps the environments for the next run. Each case
becomes `tests/data/dialects/EMITTER.SCENARIO.pb`, one OTLP request, and its line in `truth.json`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.matrix.receiver import Receiver, receive
from tests.support.protocols.server import Server, serve
from tests.support.protocols.shape import Say

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "dialects"
TRUTH = DATA / "truth.json"
AGENTS = ROOT / "tests" / "matrix" / "agents"
OWN_AGENTS = Path(__file__).parent / "agents"
SCENARIOS = ("plain", "stream", "tool", "error")
TIMEOUT_S = 180
_TOOL = ("call_1", "current_of", '{"river":"Danube"}')
_SCRIPTS: dict[str, tuple[list[Say], Say]] = {
    "tool": ([Say(tool=_TOOL)], Say()),
    "error": ([], Say(status=400)),
}
_TOKENS = {
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
}
_OF_THE_MACHINE = ("host.", "process.", "os.", "code.", "thread.", "service.instance", "exception.stacktrace")
_LONGEST = 1_500
"""Characters of a text that is kept: more is content, whose meaning is not the tables' matter."""
_QUIET = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "OPENAI_AGENTS_DISABLE_TRACING": "false",
    "PYTHONWARNINGS": "ignore",
    "OPENAI_API_KEY": "none",
    "ANTHROPIC_API_KEY": "none",
}


@dataclass(frozen=True, slots=True)
class Emitter:
    """What to install, what to switch on, and which script then calls."""

    name: str
    switch: str
    script: Path
    requirements: tuple[str, ...]
    path: str = ""
    skip: tuple[str, ...] = ()


_OTEL = ("opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http")
_OLD = tuple(f"{name}<1.38" for name in _OTEL)  # what OpenLIT imports is gone after that
_OPENAI, _ANTHROPIC = AGENTS / "with_openai.py", AGENTS / "with_anthropic.py"

EMITTERS = (
    Emitter("traceloop_openai", "traceloop_openai", _OPENAI, ("opentelemetry-instrumentation-openai", "openai"), "/v1"),
    Emitter(
        "traceloop_anthropic", "traceloop_anthropic", _ANTHROPIC,
        ("opentelemetry-instrumentation-anthropic", "anthropic<1"),
    ),
    Emitter(
        "openinference_openai", "openinference_openai", _OPENAI,
        ("openinference-instrumentation-openai", "openai"), "/v1",
    ),
    Emitter(
        "openinference_anthropic", "openinference_anthropic", _ANTHROPIC,
        ("openinference-instrumentation-anthropic", "anthropic"),
    ),
    Emitter(
        "openinference_langchain", "openinference_langchain", AGENTS / "with_langchain_openai.py",
        ("openinference-instrumentation-langchain", "langchain", "langchain-openai"), "/v1",
    ),
    Emitter(
        "official_openai", "official_openai", _OPENAI, ("opentelemetry-instrumentation-genai-openai", "openai"), "/v1"
    ),
    Emitter(
        "official_anthropic", "official_anthropic", _ANTHROPIC,
        ("opentelemetry-instrumentation-genai-anthropic", "anthropic"),
    ),
    Emitter("openlit_openai", "openlit", _OPENAI, ("openlit", "openai<3", *_OLD), "/v1"),
    Emitter("openlit_anthropic", "openlit", _ANTHROPIC, ("openlit", "anthropic<1", *_OLD)),
    Emitter(
        "pydantic_ai", "pydantic_ai", AGENTS / "with_pydantic_ai.py", ("pydantic-ai-slim[openai,anthropic]",), "/v1"
    ),
    Emitter("litellm", "litellm", AGENTS / "with_litellm.py", ("litellm",), "/v1", ("tool",)),
    Emitter("anthropic", "anthropic", _ANTHROPIC, ("anthropic",)),
    Emitter(
        "langsmith", "langsmith", AGENTS / "with_langchain_openai.py",
        ("langsmith[otel]", "langchain", "langchain-openai"), "/v1",
    ),
    Emitter("mlflow", "mlflow", _OPENAI, ("mlflow", "openai"), "/v1"),
    Emitter("strands", "none", OWN_AGENTS / "with_strands.py", ("strands-agents[openai]",), "/v1"),
    Emitter("adk", "none", OWN_AGENTS / "with_adk.py", ("google-adk", "litellm<1.90"), "/v1", ("stream",)),
    Emitter("adk_gemini", "none", OWN_AGENTS / "with_adk_gemini.py", ("google-adk>=2",), skip=("stream",)),
)  # fmt: skip


def main(argv: list[str]) -> int:
    """Record the emitters that were asked for, or all; 1 where one could not be."""
    work, asked = Path(argv[0]), argv[1:]
    DATA.mkdir(parents=True, exist_ok=True)
    truth = json.loads(TRUTH.read_text()) if TRUTH.exists() else {}
    failed = 0
    for emitter in (emitter for emitter in EMITTERS if not asked or emitter.name in asked):
        with serve() as server, receive() as receiver:
            failed += _record(emitter, _environment(work, emitter), server, receiver, truth)
    TRUTH.write_text(json.dumps(truth, indent=1, sort_keys=True) + "\n")
    return 1 if failed else 0


def _environment(work: Path, emitter: Emitter) -> Path:
    """Make the environment of an emitter, or take the one that is there."""
    folder, uv = work / emitter.name, str(ROOT / ".uv" / "bin" / "uv")
    if not (folder / "ready").exists():
        own = str(ROOT / ".venv" / "bin" / "python")
        subprocess.run([uv, "venv", "-q", "--clear", "--python", own, str(folder)], check=True, timeout=120)
        install = [uv, "pip", "install", "-q", "--python", str(folder / "bin" / "python")]
        subprocess.run([*install, *_OTEL, *emitter.requirements], check=True, timeout=900)
        (folder / "ready").touch()
    return folder


def _record(emitter: Emitter, folder: Path, server: Server, receiver: Receiver, truth: dict[str, object]) -> int:
    failed = 0
    for scenario in (scenario for scenario in SCENARIOS if scenario not in emitter.skip):
        script, otherwise = _SCRIPTS.get(scenario, ([], Say()))
        server.play(*script, otherwise=otherwise)
        receiver.clear()
        here = str(Path(__file__).with_name("emitters.py"))
        command = [str(folder / "bin" / "python"), here, emitter.switch, receiver.endpoint, str(emitter.script)]
        environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(AGENTS), **_QUIET}
        done = subprocess.run(
            [*command, f"{server.address}{emitter.path}", scenario],
            env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=folder,
        )  # fmt: skip
        spans = sum(
            len(scope.spans) for one in receiver.exports for res in one.resource_spans for scope in res.scope_spans
        )
        print(f"{emitter.name} {scenario}: exit {done.returncode}, {len(server.exchanges)} calls, {spans} spans")
        if done.returncode or not spans:
            print(*done.stderr.strip().splitlines()[-3:], sep="\n")
            failed += 1
            continue
        _keep(f"{emitter.name}.{scenario}", receiver.exports, folder)
        truth[f"{emitter.name}.{scenario}"] = [
            {name: exchange.reply.told.get(key) for key, name in _TOKENS.items()} for exchange in server.exchanges
        ]
    return failed


def _keep(case: str, exports: Iterable[ExportTraceServiceRequest], folder: Path) -> None:
    whole = ExportTraceServiceRequest()
    for export in exports:
        whole.resource_spans.extend(export.resource_spans)
    for resource in whole.resource_spans:
        _strip(resource.resource.attributes, folder)
        for scope in resource.scope_spans:
            for span in scope.spans:
                _strip(span.attributes, folder)
                span.status.message = span.status.message.partition("\n")[0][:_LONGEST]
                for event in span.events:
                    _strip(event.attributes, folder)
    (DATA / f"{case}.pb").write_bytes(whole.SerializeToString(deterministic=True))


def _strip(attributes: "list[KeyValue]", folder: Path) -> None:
    kept = [one for one in attributes if not _tells_of_the_machine(one, folder)]
    del attributes[:]
    attributes.extend(kept)
    for one in attributes:
        if len(one.value.string_value) > _LONGEST:
            one.value.string_value = one.value.string_value[:_LONGEST]


def _tells_of_the_machine(attribute: KeyValue, folder: Path) -> bool:
    said = str(attribute.value)
    return (
        attribute.key.startswith(_OF_THE_MACHINE) or str(folder) in said or str(ROOT) in said or "site-packages" in said
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
