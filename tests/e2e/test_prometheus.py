"""A real Prometheus scrapes the collector's own page, and every query of every board returns data."""

import contextlib
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest

from spanwise_dashboards.board import Query
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.render import render
from spanwise_schema.measures import MEASURES
from spanwise_schema.metrics import LLM_TTFT, METRICS
from tests.support.otlp import request, span, traffic
from tests.support.otlp_signals import event, gauge, logs, metrics, number
from tests.support.prometheus import binary, prometheus, queries, substitute
from tests.support.runaways import otlp, stuck
from tests.support.up import running
from tests.support.webhook import WebhookSink

SCRAPES = 12
PATIENCE_S = 60.0
NEVER_HAPPENS = {"Flapping now"}
"""What a minute of traffic does not bring about: nothing flaps."""
NEEDS_A_PAST = r"spanwise_alerts_(observed|expected|anomaly)"
"""What is expected of a series takes hours to learn; the contract tests ask for it with made-up numbers."""
RULES = """
rules:
  - {name: busy, measure: llm.calls, stat: rate, by: [model], window: 10s, tiers: {warning: {above: 0}}}
  - {name: slo, kind: burn_rate, measure: llm.errors, by: [model], objective: 99.9%}
  - {name: spend, kind: budget, measure: llm.cost, by: [agent], limit: $0.01}
"""
CONFIG = """
alerts:
  default_rules: false
  start_delay: 0s
  rule_files: [rules.yaml]
  receivers:
    - {name: team, webhook: {url: "URL", allow_private: true}}
    - {name: gone, webhook: {url: "http://127.0.0.1:1/", allow_private: true}}
  route:
    receiver: team
    group_wait: 0s
    group_interval: 1s
    routes:
      - {receiver: gone, continue: true}
      - {receiver: team}
"""
SIGNALS = {
    "logs": logs([event("nothing that we know")]).SerializeToString(),
    "metrics": metrics([gauge("process.cpu.utilization", [number(0.5)])]).SerializeToString(),
}


def post(up, body, signal="traces"):
    url = up.otlp.replace("/v1/traces", f"/v1/{signal}")
    asked = urllib.request.Request(url, body, {"Content-Type": "application/x-protobuf"})
    with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(asked, timeout=30):
        pass


def trouble(seed, now_ns):
    """A run that fails with a call told twice, a field that is no number, and a span that cannot be kept."""
    trace = seed.to_bytes(16, "big")
    times = {"trace_id": trace, "start_ns": now_ns - 10**9, "end_ns": now_ns}
    failed = {"error.type": "timeout", "gen_ai.agent.name": "unlucky"}
    told = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.provider.name": "openai"}
    again = {"http.request.resend_count": 1}
    used = {**told, **failed, **again, "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10}
    return request([
        span("run", {**failed, "gen_ai.operation.name": "invoke_agent"}, span_id=b"agent001", **times),
        span("chat", used, span_id=b"call0001", parent_span_id=b"agent001", **times),
        span("chat", used, span_id=b"call0002", parent_span_id=b"call0001", **times),
        span("chat", {**told, "gen_ai.usage.input_tokens": "many"}, span_id=b"call0003", **times),
        span("lost", span_id=b"", **times),
    ], {"service.name": "research-api", "service.version": "1.2.3"}).SerializeToString()  # fmt: skip


def configured(folder, url):
    (folder / "rules.yaml").write_text(RULES)
    (folder / "spanwise.yaml").write_text(CONFIG.replace("URL", url))
    return folder / "spanwise.yaml"


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    folder = tmp_path_factory.mktemp("up")
    with WebhookSink() as hook, running(folder, configured(folder, hook.url)) as up:
        ended = threading.Event()

        def send():
            for seed in range(10_000):
                body, _ = traffic(seed, spans=64, now_ns=time.time_ns(), spread_s=1)
                post(up, body)
                post(up, trouble(seed + 1, time.time_ns()))
                post(up, b"no protobuf")
                for signal in ("logs", "metrics"):
                    post(up, SIGNALS[signal], signal)
                if ended.wait(0.2):
                    return

        sender = threading.Thread(target=send)
        call = {"gen_ai.operation.name": "chat", "gen_ai.agent.name": "slow", "gen_ai.request.model": "gpt-4o"}
        in_flight = request([span("chat", span_id=b"child001", parent_span_id=b"parent01", attributes=call)])
        post(up, in_flight.SerializeToString())
        post(up, request(otlp(stuck(8), b"stuck" + bytes(11), time.time_ns())).SerializeToString())
        sender.start()
        yield up
        ended.set()
        sender.join()


@pytest.fixture(scope="module")
def scraped(up, tmp_path_factory):
    targets = [up.http.removeprefix("http://"), f"127.0.0.1:{up.ports['alerts']}"]
    with prometheus(tmp_path_factory.mktemp("prometheus"), targets) as server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = server.query("count_over_time(up[60s])")
            if found and float(found[0]["value"][1]) >= SCRAPES:
                break
            time.sleep(0.2)
        assert [series["value"][1] for series in server.query("up")] == ["1", "1"]
        yield server


def asked(server, query):
    """What a panel is answered, once it is; empty where that takes too long."""
    expr, deadline, found = substitute(query.expr), time.monotonic() + PATIENCE_S, []
    while not found and time.monotonic() < deadline:
        now = time.time()
        found = server.query(expr, now) if query.instant else server.query_range(expr, now - 3, now, 1)
        if not found:
            time.sleep(0.5)
    return found


@pytest.mark.parametrize(
    ("panel", "query"),
    [
        pytest.param(p, q, id=f"{b.uid}-{p.title}-{q.legend}")
        for b in boards()
        for p, q in queries(b)
        if q.legend not in NEVER_HAPPENS and not re.search(NEEDS_A_PAST, q.expr)
    ],
)
def test_every_query_of_every_board_returns_data(scraped, panel, query):
    assert asked(scraped, query), f"{panel.title}: {query.expr}"


@pytest.mark.parametrize("mark", render(boards()[0])["annotations"]["list"][1:3], ids=lambda mark: mark["name"])
def test_new_versions_and_alerts_are_marked(scraped, mark):
    assert asked(scraped, Query(mark["expr"]))


def test_promtool_finds_nothing_to_say_about_the_page(up):
    with urllib.request.urlopen(f"{up.http}/metrics") as answer:
        page = answer.read()
    checked = subprocess.run([binary("promtool"), "check", "metrics"], input=page, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


def test_a_metric_that_is_passed_on_keeps_its_own_job_and_ours_have_that_of_the_scrape(scraped):
    passed = scraped.query('{__name__=~"process_cpu_utilization.*"}')
    ours = scraped.query("spanwise_collector_spans_received_total")
    assert {series["metric"]["job"] for series in passed} == {"research-api"}
    assert {series["metric"]["job"] for series in ours} == {"spanwise"}


def test_percentiles_of_prometheus_lie_in_the_bucket_of_ours(up, scraped):
    ours = up.get("/api/v1/measure?measure=llm.duration&stat=p95&window=1m")["series"][0]["value"]
    expr = "histogram_quantile(0.95, sum by (le) (gen_ai_client_operation_duration_seconds_bucket))"
    theirs = float(scraped.query(expr)[0]["value"][1])
    assert 0.5 <= ours / theirs <= 2


@pytest.mark.parametrize(
    "metric", [m for m in METRICS if m.measure and MEASURES[m.measure].unit == "s"], ids=lambda metric: metric.name
)
def test_exemplars_of_a_latency_lead_to_the_trace(up, scraped, metric):
    now = time.time()
    found = [
        each for series in scraped.exemplars(f"{metric.name}_bucket", now - 60, now) for each in series["exemplars"]
    ]
    assert found
    for each in found[:5]:
        (trace,) = up.get(f"/api/traces/{each['labels']['trace_id']}")["data"]
        span = next(span for span in trace["spans"] if span["spanID"] == each["labels"]["span_id"])
        if metric is not LLM_TTFT:
            assert float(each["value"]) == pytest.approx(span["duration"] / 1e6, abs=2e-6)
