"""Rules under load: 500 rules over 200 series, evaluated every second against a running collector with traffic.

Prints the CPU of collector and alert manager together, as a share of one core, for evaluation alone: the same process
with the same traffic and without rules is measured first. Then what an evaluation costs by part, in this process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import yaml

from spanwise_alerts.ask.collector import Collector
from spanwise_alerts.detect.evaluate import evaluate, questions
from spanwise_alerts.rules.kinds import rule_of
from tests.bench.ingest import Server, running
from tests.support.otlp import request, span

AGENTS = 200
MEASURES = {
    "llm.duration": ("p50", "p90", "p95", "p99", "mean", "max"), "llm.tokens.input": ("sum", "p95", "rate"),
    "llm.tokens.output": ("sum", "p95", "rate"), "llm.cost": ("sum", "rate", "p95"), "llm.errors": ("ratio", "count"),
    "llm.calls": ("rate", "count"), "tool.duration": ("p50", "p95", "p99", "mean", "max"),
    "tool.errors": ("ratio", "count"), "tool.calls": ("rate", "count"),
}  # fmt: skip


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench alerts", description=__doc__)
    parser.add_argument("--rules", type=int, default=500, help="how many (default: 500)")
    parser.add_argument("--windows", type=int, default=5, help="different ones, of 1 to 60 minutes (default: 5)")
    parser.add_argument("--rate", type=int, default=200, help="spans a second (default: 200)")
    parser.add_argument("--seconds", type=int, default=60, help="of measuring (default: 60)")
    options = parser.parse_args(argv)
    rules = rules_of(options.rules, options.windows)
    shares = [share(rules[:count], options) for count in (0, len(rules))]
    print(f"without rules {100 * shares[0]:.1f} % of a core, with {len(rules)} rules {100 * shares[1]:.1f} %")
    print(
        f"evaluation of {len(rules)} rules x {AGENTS} series a second: {100 * (shares[1] - shares[0]):.1f} % of a core"
    )


def rules_of(count: int, windows: int) -> list[dict[str, Any]]:
    """Rules that differ in measure, statistic and window; none of them ever fires."""
    lengths = [f"{round(1 + 59 * n / max(1, windows - 1))}m" for n in range(windows)]
    shapes = [(m, s, w) for w in lengths for m, stats in MEASURES.items() for s in stats]
    found: list[dict[str, Any]] = []
    for number, (measure, stat, window) in zip(range(count), itertools.cycle(shapes), strict=False):
        seconds = measure.endswith("duration") and stat != "count"
        above: object = "9h" if seconds else "100%" if stat == "ratio" else 10**15
        rule = {"name": f"rule-{number}", "measure": measure, "stat": stat, "by": ["agent"], "window": window}
        found.append({**rule, "tiers": {"warning": {"above": above, "for": "1m"}}})
    return found


def share(rules: list[dict[str, Any]], options: argparse.Namespace) -> float:
    """CPU seconds a second of a server with these rules under traffic."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "spanwise.yaml")
        section = {"alerts": {"interval": "1s", "default_rules": False, "rules": rules}}
        file.write_text(yaml.safe_dump(section))
        with running("--config", str(file)) as server, traffic(server, options.rate):
            time.sleep(20)
            began, cpu_s = time.perf_counter(), server.cpu_s()
            time.sleep(options.seconds)
            used = (server.cpu_s() - cpu_s) / (time.perf_counter() - began)
            if rules:
                asyncio.run(parts(server, rules))
            return used


async def parts(server: Server, rules: list[dict[str, Any]]) -> None:
    """Print what one evaluation costs in this process, and how many series it sees."""
    read = [rule_of(rule) for rule in rules]
    source, now_s = Collector(f"http://{server.api}"), time.time()
    asked = list(dict.fromkeys(question for rule in read for question in questions(rule, now_s)))
    answers = dict(zip(asked, await source.ask(asked, now_s), strict=True))
    cpu_s = time.process_time()
    await source.ask(asked, now_s)
    asking_s = time.process_time() - cpu_s
    cpu_s, series = time.process_time(), 0
    for rule in read:
        found: Any = [answers[question] for question in questions(rule, now_s)]
        series += sum(value is not None for value in found[0].values)
        evaluate(rule, found, {}, now_s)
    judging_s = time.process_time() - cpu_s
    print(
        f"{len(asked)} questions; {series:,} values; asking {1e3 * asking_s:.0f} ms, judging {1e3 * judging_s:.0f} ms"
    )
    await source.close()


@contextlib.contextmanager
def traffic(server: Server, rate: int) -> Iterator[None]:
    """Send calls of models and tools of all agents, evenly, until the block ends."""
    stop = threading.Event()

    def send() -> None:
        with httpx.Client() as client:
            for number in itertools.count():
                began = time.perf_counter()
                body = batch(number, rate // 4)
                answer = client.post(f"http://{server.otlp_http}/v1/traces", content=body, headers=PROTOBUF)
                assert answer.status_code == 200, answer.text
                if stop.wait(max(0.25 - (time.perf_counter() - began), 0)):
                    return

    thread = threading.Thread(target=send)
    # all agents at once first, so that every series is there
    with httpx.Client() as client:
        client.post(f"http://{server.otlp_http}/v1/traces", content=batch(10**6, 4 * AGENTS), headers=PROTOBUF)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


PROTOBUF = {"content-type": "application/x-protobuf"}


def batch(number: int, spans: int) -> bytes:
    now_ns, made = time.time_ns(), []
    for place in range(spans):
        serial = number * spans + place
        attributes: dict[str, Any] = {"gen_ai.agent.name": f"agent-{serial % AGENTS}"}
        if serial // AGENTS % 2:
            attributes |= {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search"}
        else:
            attributes |= {
                "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4o",
                "gen_ai.usage.input_tokens": 500 + serial % 1000, "gen_ai.usage.output_tokens": 50 + serial % 100,
            }  # fmt: skip
        took_ns = (100 + serial * 37 % 3000) * 10**6
        ids = serial.to_bytes(16, "big"), (serial + 1).to_bytes(8, "big")
        made.append(
            span(
                "a call",
                trace_id=ids[0],
                span_id=ids[1],
                start_ns=now_ns - took_ns,
                end_ns=now_ns,
                attributes=attributes,
            )
        )
    return request(made).SerializeToString()
