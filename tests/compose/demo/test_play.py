"""The demo as its user runs it, without a terminal."""

import re
import signal
import subprocess
import sysconfig
from pathlib import Path

import pytest

SPANWISE = Path(sysconfig.get_path("scripts")) / "spanwise"
FREE = [part for flag in ("--otlp-http", "--otlp-grpc", "--http", "--alerts") for part in (flag, "127.0.0.1:0")]


def demo(*flags):
    return subprocess.Popen(
        [SPANWISE, "up", "--demo", *FREE, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.timeout(240)
def test_one_course_shows_traffic_a_fault_alerts_told_and_resolved_and_loses_nothing(tmp_path):
    out, err = demo("--data", str(tmp_path)).communicate(timeout=220)
    assert out.rstrip().endswith("all of it happened"), out + err
    assert err == ""
    for said in (
        r"webhook  firing warning llm-latency: gpt-4o p95 is",
        r"webhook  firing critical llm-latency: gpt-4o p95 is",
        r"webhook  resolved \w+ llm-latency",
        r"mail     \[FIRING:warning\]",
        r"mail     \[RESOLVED\]",
        r"house-7b-instruct .* unpriced",
        r"; 0 spans lost",
        r"slowest run [0-9a-f]{32}: .* of which models \d+%",
    ):
        assert re.search(said, out), said
    calls, answered = re.search(r"(\d+) calls, \d+ failed, .*; the provider answered (\d+) calls", out).groups()
    assert calls == answered


def test_a_demo_that_is_too_short_says_what_is_missing_with_status_1(tmp_path):
    process = demo("--data", str(tmp_path), "--for", "3s")
    out, err = process.communicate(timeout=100)
    assert process.returncode == 1, err
    assert "MISSING: the alert llm-latency did not fire" in out, err
    assert "; 0 spans lost" in out


def test_a_signal_in_the_middle_stops_it_cleanly_and_its_agent_too(tmp_path):
    process = demo("--data", str(tmp_path))
    while "calls" not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=100)
    assert "; 0 spans lost" in out
    assert err == ""
    assert not [
        path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path) in path.read_text(errors="replace")
    ]
