"""The first and the last lines of `spanwise up`."""

import io
from pathlib import Path

import pytest

from spanwise_stack.serve import farewell, welcome
from spanwise_stack.terminal import Plain


def test_the_ready_line_is_first_and_every_address_is_named():
    out = io.StringIO()
    addresses = {"otlp_http": "h:1", "otlp_grpc": "h:2", "http": "h:3", "alerts": "h:4"}
    welcome(Plain(out), addresses, Path("/data"), started_s=0.0)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("ready in ")
    for part in ("http://h:1", "h:2", "http://h:3/docs", "http://h:3/metrics", "http://h:4/api/v2/alerts", "/data"):
        assert part in out.getvalue()


@pytest.mark.parametrize(("lost", "status"), [(0, 0), (3, 1)])
def test_a_lost_span_is_told_and_fails(lost, status):
    out = io.StringIO()
    ledger = {"acknowledged": 10, "stored": 10 - lost, "rejected": 0, "duplicate": 0, "lost": lost}
    assert farewell(Plain(out), ledger) == status
    assert f"10 spans acknowledged, {10 - lost} stored, 0 rejected, 0 duplicate; {lost} spans lost" in out.getvalue()
