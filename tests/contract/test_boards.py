"""Each query of each board returns data when a real Prometheus scrapes the metrics that we declare."""

import math
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from spanwise_dashboards.boards.fleet import BOARD as FLEET
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.query import SCRAPED
from spanwise_dashboards.render import render
from spanwise_schema.alert_metrics import ALERT_METRICS
from spanwise_schema.metrics import LABEL, METRICS
from tests.support.prometheus import prometheus, queries, substitute

DEADLINE_S = 60.0
HISTORY_S = 8.0
MOST_SERIES = 60
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
ERROR = LABEL["error_type"]
VALUES = {
    LABEL["model"]: ("claude.sonnet", "gpt-4o"), LABEL["agent"]: ("a", "b"), "tier": ("critical", "warning"),
    "state": ("active", "suppressed"), "status": ("dead", "pending"), "kind": ("fired", "resolved"),
}  # fmt: skip


def exposition(step):
    """Every declared metric as OpenMetrics text; all counters grow with `step`."""
    for metric in (*METRICS, *ALERT_METRICS):
        yield f"# TYPE {metric.name} {metric.type}"
        yield f"# HELP {metric.name} {metric.help}"
        for turn in range(2):
            labels = {label: VALUES.get(label, (f"{label}-0", f"{label}-1"))[turn] for label in metric.labels}
            for error in ("", "timeout") if ERROR in labels else (None,):
                yield from samples(metric, labels if error is None else {**labels, ERROR: error}, step * (turn + 1))
            if not metric.labels:
                break
    yield "# EOF"


def samples(metric, labels, grown):
    if metric.type == "gauge":
        yield f"{metric.name}{written(labels)} 1"
    elif metric.type == "counter":
        yield f"{metric.name}_total{written(labels)} {grown}"
    else:
        bounds = [*metric.buckets, math.inf]
        for i, bound in enumerate(bounds):
            le = "+Inf" if math.isinf(bound) else str(float(bound))
            held = grown * (i + 1)
            yield f'{metric.name}_bucket{written({**labels, "le": le})} {held} # {{trace_id="{TRACE_ID}"}} {bounds[0]}'
        yield f"{metric.name}_count{written(labels)} {grown * len(bounds)}"
        yield f"{metric.name}_sum{written(labels)} {grown * bounds[0]}"


def written(labels):
    pairs = ",".join(f'{name}="{value}"' for name, value in labels.items() if value)
    return f"{{{pairs}}}" if pairs else ""


@contextmanager
def exporter():
    steps = count(1)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = ("\n".join(exposition(next(steps))) + "\n").encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def fed(tmp_path_factory):
    """A Prometheus that has scraped the declared metrics for some seconds."""
    with exporter() as target, prometheus(tmp_path_factory.mktemp("prometheus"), [target]) as server:
        deadline = time.monotonic() + DEADLINE_S
        scrapes = f"count_over_time(up[{2 * HISTORY_S:g}s])"
        while time.monotonic() < deadline:
            found = server.query(scrapes)
            if found and float(found[0]["value"][1]) >= HISTORY_S:
                break
            time.sleep(0.1)
        assert server.query("up")[0]["value"][1] == "1", "the page is not valid OpenMetrics"
        yield server


def asked(server, query, variables):
    """Ask a query as its panel does; the values of each series."""
    expr = substitute(query.expr, variables=variables)
    now = time.time()
    if query.instant:
        return [(each["metric"], [float(each["value"][1])]) for each in server.query(expr, now)]
    found = server.query_range(expr, now - 3, now, 1)
    return [(each["metric"], [float(value) for _, value in each["values"]]) for each in found]


def faults(server, panel, query, variables):
    """What is wrong with the answer to a query; empty if nothing is."""
    series = asked(server, query, variables)
    values = [value for _, each in series for value in each]
    labels = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    unit = next(
        (
            override["properties"][0]["value"]
            for override in panel.overrides
            if override["matcher"]["options"] == query.legend
        ),
        panel.unit,
    )
    checks = {
        "no data": not series,
        "not a number": not all(math.isfinite(value) for value in values),
        "a ratio beyond 0 and 1": unit == "percentunit" and not all(0 <= value <= 1 for value in values),
        "a legend without its label": any(labels - metric.keys() for metric, _ in series),
        "too many series": len(series) > MOST_SERIES,
    }
    return [fault for fault, is_so in checks.items() if is_so]


def variables_of(server, board, how_many):
    """What people can choose in the drop-downs: their first values, none for All."""
    chosen = {}
    for variable in board.variables:
        sample = {"histogram": "_count", "counter": "_total", "gauge": ""}[variable.metric.type]
        values = server.labels(variable.label, f"{variable.metric.name}{sample}")
        assert len(values) >= (1 if variable.label in SCRAPED else 2)
        chosen[variable.name] = values[:how_many]
    return chosen if how_many else {}


every_query = pytest.mark.parametrize(
    ("board", "panel", "query"),
    [pytest.param(board, *each, id=f"{board.uid}: {each[0].title}") for board in boards() for each in queries(board)],
)


@every_query
@pytest.mark.parametrize("how_many", [0, 1, 2], ids=["all", "one", "two"])
def test_each_query_returns_data(fed, board, panel, query, how_many):
    assert faults(fed, panel, query, variables_of(fed, board, how_many)) == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(query, id=f"{board.uid}: {panel.title}")
        for board in boards()
        for panel, query in queries(board)
        if query.exemplars
    ],
)
def test_exemplars_lead_to_a_trace(fed, query):
    now = time.time()
    found = fed.exemplars(substitute(query.expr), now - 600, now)
    ids = {each["labels"]["trace_id"] for series in found for each in series["exemplars"]}
    assert ids == {TRACE_ID}


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("spanwise_run_duration_seconds", "spanwise_runs_duration_seconds", "no data"),
        ("service_name=~", "service=~", "no data"),
        ("$__rate_interval", "1s", "no data"),
        ("60 * sum", "0 / 0 * sum", "not a number"),
    ],
)
def test_a_broken_query_is_found(fed, before, after, fault):
    panel, query = next(each for each in queries(FLEET) if each[0].title == "Runs by agent")
    broken = replace(query, expr=query.expr.replace(before, after))
    assert broken != query
    assert fault in faults(fed, panel, broken, variables_of(fed, FLEET, 1))


def test_a_percentage_that_is_no_ratio_is_found(fed):
    panel, query = next(each for each in queries(FLEET) if each[0].title == "Run error ratio by agent")
    assert "a ratio beyond 0 and 1" in faults(fed, panel, replace(query, expr=f"1 + 100 * {query.expr}"), {})


def test_a_legend_that_names_a_dropped_label_is_found(fed):
    panel, query = next(each for each in queries(FLEET) if each[0].title == "Runs by agent")
    assert "a legend without its label" in faults(fed, panel, replace(query, legend="{{gen_ai_tool_name}}"), {})


@pytest.mark.parametrize("mark", render(FLEET)["annotations"]["list"][1:], ids=lambda mark: mark["name"])
def test_each_mark_along_the_time_names_what_it_marks(fed, mark):
    now = time.time()
    found = fed.query_range(substitute(mark["expr"]), now - 3, now, 1)
    labels = set(re.findall(r"\{\{(\w+)\}\}", mark["titleFormat"]))
    assert bool(found) == (mark["name"] != "Alerts of Prometheus")
    assert all(labels <= each["metric"].keys() for each in found)
