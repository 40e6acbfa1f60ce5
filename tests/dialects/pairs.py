"""Records pairs of emitters that run at once in one agent: `python -m tests.dialects.pairs WORK [GROUP ...]`.

Each pair in each order becomes `tests/data/dialects/pairs/GROUP.FIRST+SECOND.pb.gz`, one OTLP request, the spans in
the order in which they came; what the provider said of each call is its line of `pairs/truth.json`.
"""

import gzip
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.dialects import keep
from tests.dialects.catalogue import OLDER_SDK, OPENLIT, OWN_AGENTS
from tests.dialects.environment import prepare
from tests.dialects.numbered import Numbered
from tests.dialects.record import DATA, TIMEOUT_S, environ, told
from tests.matrix.environment import build
from tests.matrix.receiver import Receiver, receive
from tests.support.protocols.server import Exchange, Server, serve
from tests.support.protocols.shape import Say

PAIRS = DATA / "pairs"
TRUTH = PAIRS / "truth.json"
LONGEST = 300
_TOOL = ("call_1", "current_of", '{"river":"Danube"}')


@dataclass(frozen=True, slots=True)
class Group:
    """Emitters that trace the same agent: each of `outer` with each other and with each of `inner`.

    Attributes:
        name: of the agent's library.
        requirements: what to install beside ours.
        outer: switches of those that trace the library.
        inner: switches of those that trace the SDK below it.
        path: of the provider's address.
        fails: which of the calls, in order, is refused; the last one.
        own: the library traces itself without a switch.
    """

    name: str
    requirements: tuple[str, ...]
    outer: tuple[str, ...]
    calls: int
    inner: tuple[str, ...] = ()
    path: str = "/v1"
    ours: bool = True

    @property
    def script(self) -> Path:
        """Name the agent."""
        return OWN_AGENTS / f"pairs_{self.name.partition('-')[0]}.py"

    def pairs(self) -> Iterator[tuple[str, str]]:
        """List the pairs in both orders in which they can be switched on."""
        yield from itertools.permutations(self.outer, 2)
        for pair in itertools.product(self.outer, self.inner):
            yield pair
            yield pair[::-1]


_OPENAI = (
    "openai", "openinference-instrumentation-openai", "opentelemetry-instrumentation-openai",
    "opentelemetry-instrumentation-genai-openai", "logfire", "langfuse",
)  # fmt: skip
_BELOW = ("ours", "openinference_openai", "traceloop_openai", "official_openai", "logfire_openai")
GROUPS = (
    Group("openai", _OPENAI, (*_BELOW, "langfuse"), 8),
    Group(  # what OpenLIT imports of OpenTelemetry is gone in those that ours and the official package need
        "openai-openlit", (OPENLIT, "openai>=2.8", "openinference-instrumentation-openai",
        "opentelemetry-instrumentation-openai", OLDER_SDK),
        ("openlit",), 8, ("openinference_openai", "traceloop_openai"), ours=False,
    ),
    Group(
        "anthropic", ("anthropic", "openinference-instrumentation-anthropic",
        "opentelemetry-instrumentation-genai-anthropic", "logfire"),
        ("anthropic", "ours", "openinference_anthropic", "official_anthropic", "logfire_anthropic"), 7, path="",
    ),
    Group(
        "anthropic-old", ("anthropic<1", "openinference-instrumentation-anthropic<1",
        "opentelemetry-instrumentation-anthropic", "logfire"),
        ("traceloop_anthropic", "ours", "openinference_anthropic", "logfire_anthropic"), 7, path="",
    ),
    Group(
        "langchain", (*_OPENAI, "langchain", "langchain-openai", "openinference-instrumentation-langchain",
        "opentelemetry-instrumentation-langchain", "langsmith[otel]"),
        ("openinference_langchain", "traceloop_langchain", "langsmith"), 8, _BELOW,
    ),
    Group(
        "litellm", (*_OPENAI, "litellm", "mcp>=1.27", "openinference-instrumentation-litellm"),
        ("litellm", "openinference_litellm"), 5, _BELOW,
    ),
    Group("pydantic_ai", (*_OPENAI, "pydantic-ai-slim[openai]"), ("pydantic_ai",), 6, _BELOW),
    Group(
        "agents", (*_OPENAI, "openai-agents", "openinference-instrumentation-openai-agents",
        "opentelemetry-instrumentation-openai-agents"),
        ("openinference_agents", "traceloop_agents"), 4, _BELOW,
    ),
    Group("strands", (*_OPENAI, "strands-agents[openai]"), ("none",), 4, _BELOW),
)  # fmt: skip


def say(number: int) -> Say:
    """Give what the model says as its call of this number: no two sums of calls are the same."""
    return Say(
        input_tokens=1_000 + 2**number, cache_read_tokens=100 + number, output_tokens=10_000 + 2**number,
        reasoning_tokens=10 + number, tool=_TOOL if number == 0 else None,
    )  # fmt: skip


def main(argv: list[str]) -> int:
    """Record the groups that were asked for, or all; 1 where a pair could not be."""
    work, asked = Path(argv[0]), argv[1:]
    PAIRS.mkdir(parents=True, exist_ok=True)
    wheel, failed = str(build(work)), 0
    for group in (group for group in GROUPS if not asked or group.name in asked):
        needs = (*group.requirements, *([wheel] if group.ours else []))
        folder = prepare(work / f"pairs_{group.name}", needs)
        with serve(Numbered) as server, receive() as receiver:
            failed += sum(not _record(group, pair, folder, server, receiver) for pair in group.pairs())
    return 1 if failed else 0


def _record(group: Group, pair: tuple[str, str], folder: Path, server: Server, receiver: Receiver) -> bool:
    script = [say(number) for number in range(group.calls)]
    server.play(*script[:-1], Say(status=400))
    receiver.clear()
    here = str(Path(__file__).with_name("emitters.py"))
    python = str(folder / "bin" / "python")
    done = subprocess.run(
        [python, here, "+".join(pair), receiver.endpoint, str(group.script), f"{server.address}{group.path}", "pair"],
        env=environ(folder, receiver), capture_output=True, text=True, check=False, timeout=TIMEOUT_S, cwd=folder,
    )  # fmt: skip
    name = f"{group.name}.{'+'.join(pair)}"
    print(f"{name}: exit {done.returncode}, {len(server.exchanges)} calls", flush=True)
    if done.returncode or len(server.exchanges) != group.calls:
        print(*done.stderr.strip().splitlines()[-3:], sep="\n", flush=True)
        return False
    body = keep.traces(receiver.exports, folder, longest=LONGEST)
    (PAIRS / f"{name}.pb.gz").write_bytes(gzip.compress(body, mtime=0))
    _note(name, server.exchanges)
    return True


def _note(name: str, exchanges: list[Exchange]) -> None:
    truth = json.loads(TRUTH.read_text()) if TRUTH.exists() else {}
    calls = [told(exchange) for exchange in exchanges]
    truth[name] = [[call["input_tokens"], call["output_tokens"]] for call in calls]
    lines = ",\n".join(f'"{name}": {json.dumps(numbers)}' for name, numbers in sorted(truth.items()))
    TRUTH.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
