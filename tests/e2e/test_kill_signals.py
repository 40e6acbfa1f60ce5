"""`kill -9` between logs and metrics: what was acknowledged is there once."""

import time
import urllib.request

import pytest

from tests.support.otlp_signals import claude_event, counter, logs, metrics, number
from tests.support.up import running

ROUNDS = 3
EACH = 20


def send(up, signal, made):
    address = up.otlp.replace("traces", signal)
    asked = urllib.request.Request(address, made.SerializeToString(), {"Content-Type": "application/x-protobuf"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert answer.status == 200


def total(up, measure, stat):
    (series,) = up.get(f"/api/v1/measure?measure={measure}&stat={stat}&window=1h")["series"]
    return series["value"]


def shown(up, name):
    with urllib.request.urlopen(f"{up.http}/metrics", timeout=60) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name}{{"))


@pytest.mark.timeout(300)
def test_acknowledged_events_and_deltas_survive_kill(tmp_path):
    with running(tmp_path) as up:
        for turn in range(ROUNDS):
            for n in range(EACH):
                at_ns = time.time_ns()
                told = {"model": "claude-sonnet-4-5", "input_tokens": 10, "output_tokens": 1, "duration_ms": 5}
                event = claude_event("api_request", {**told, "event.sequence": turn * EACH + n}, time_ns=at_ns)
                send(up, "logs", logs([event], {"service.name": "claude-code"}))
                added = metrics([counter("jobs", [number(2, start_ns=at_ns - 9, time_ns=at_ns)])])
                send(up, "metrics", added)
                send(up, "metrics", added)  # as after an answer that was lost
            up.kill()
            up.start()
            sent = (turn + 1) * EACH
            assert total(up, "llm.calls", "count") == sent
            assert total(up, "llm.tokens.input", "sum") == 10 * sent
            assert shown(up, "jobs_total") == 2 * sent
        assert up.stop() == 0
        up.start()
        assert shown(up, "jobs_total") == 2 * ROUNDS * EACH
