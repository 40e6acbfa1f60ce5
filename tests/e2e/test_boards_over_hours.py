"""Recorded calls of real SDKs, over hours: the real collector counts them, a real Prometheus answers every board."""

import asyncio
import math
import random
import re
import subprocess
import time
from dataclasses import replace

import httpx
import pytest

from spanwise_collector.app import App
from spanwise_dashboards.boards.fleet import BOARD as FLEET
from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.query import Scope
from spanwise_dashboards.render import render
from tests.support.collector import PROTOBUF, Talk, config
from tests.support.prometheus import binary, interval_s, prometheus, queries, rate_interval, substitute
from tests.support.replay import recordings, replayed

pytestmark = pytest.mark.timeout(600)  # hours are played in half a minute, on a machine with other work in minutes

HOURS = 3
SCRAPE_S = 180
AT_ONCE = 10
TAPES = [tape for kind in ("tool", "error", "stream") for tape in recordings(kind)[::3]]
"""Every third recording: enough labels to choose from, and few enough series to write."""
OPENMETRICS = {"accept": "application/openmetrics-text; version=1.0.0"}
SECOND = 10**9
DID_NOT_HAPPEN = {
    "spanwise-agent: Runs in flight", "spanwise-traces: Runs in flight", "spanwise-fleet: Agents",
    "spanwise-collector: Log records and metric points", "spanwise-collector: Points outside the windows",
    "spanwise-collector: Refused requests by reason", "spanwise-collector: Rejected spans by reason",
    "spanwise-collector: Values that were no such thing", "spanwise-tools: Errors by type", "spanwise-waste: Agents",
    "spanwise-waste: Cost per hour of failed runs by agent", "spanwise-waste: Retries by model",
    "spanwise-cost: Budget left",
}  # fmt: skip
"""Panels with a query that stays empty: no run failed or is under way at the end, senders made no mistake, and nobody
set a budget."""
BY_ALERTS = ("spanwise-alerts", "spanwise-anomalies")


class Clock:
    """The time of the collector; it stands until it is moved."""

    def __init__(self, now_ns):
        self.now_ns = now_ns

    def __call__(self):
        return self.now_ns


def samples(page, at_s):
    """The lines of a page as Prometheus would keep them, scraped from one target at a moment."""
    of = 'job="spanwise",instance="collector:8750"'
    for line in page.splitlines():
        if line.startswith("#"):
            if line.startswith("# TYPE"):
                yield line
            continue
        bare = line.partition(" # {")[0]
        name, value = bare.rsplit(" ", 1)
        if name.partition("{")[0].endswith("_created"):
            continue
        told = name.replace("{", f"{{{of},", 1) if "{" in name else f"{name}{{{of}}}"
        yield f"{told} {value} {at_s}"


async def feed(folder, until_s):
    """Play recordings for hours of the collector's time; write what was scraped."""
    dice = random.Random(7)
    begun_s = until_s - HOURS * 3600
    clock, number = Clock(begun_s * SECOND), 0
    with (folder / "scraped.txt").open("w") as scraped:
        async with App(config(folder / "data"), now_ns=clock) as app, httpx.AsyncClient(timeout=60) as client:
            talk = Talk(app.addresses, client)
            for at_s in range(begun_s, until_s, SCRAPE_S):
                clock.now_ns = at_s * SECOND
                version = "1.0.0" if at_s < (begun_s + until_s) // 2 else "1.1.0"
                body = b""
                for _ in range(AT_ONCE):
                    number += 1
                    end_ns = (at_s - dice.randrange(SCRAPE_S)) * SECOND
                    body += replayed(dice.choice(TAPES), number, end_ns, version).SerializeToString()
                answer = await talk.send(body, PROTOBUF)
                assert answer.status_code == 200
                page = await client.get(f"{talk.http}/metrics", headers=OPENMETRICS)
                scraped.writelines(f"{line}\n" for line in samples(page.text, at_s))
        scraped.write("# EOF\n")


@pytest.fixture(scope="module")
def until_s():
    return int(time.time()) // SCRAPE_S * SCRAPE_S - SCRAPE_S


@pytest.fixture(scope="module")
def past(tmp_path_factory, until_s):
    """A Prometheus whose past is what the collector told over hours."""
    folder = tmp_path_factory.mktemp("past")
    asyncio.run(feed(folder, until_s))
    fill = [binary("promtool"), "tsdb", "create-blocks-from", "openmetrics", "scraped.txt", "tsdb"]
    done = subprocess.run(fill, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    with prometheus(folder) as server:
        yield server


def asked(server, query, variables, until_s, range_s=HOURS * 3600):
    """Ask a query as its panel does when the whole time is shown; the values of each series."""
    step_s = interval_s(range_s, SCRAPE_S)
    expr = substitute(
        query.expr, rate_interval=rate_interval(step_s, SCRAPE_S), range_=f"{range_s}s", variables=variables
    )
    if query.instant:
        return [(each["metric"], [float(each["value"][1])]) for each in server.query(expr, until_s)]
    found = server.query_range(expr, until_s - range_s, until_s, step_s)
    return [(each["metric"], [float(value) for _, value in each["values"]]) for each in found]


def faults(panel, query, series):
    """What is wrong with an answer; empty if nothing is."""
    values = [value for _, each in series for value in each]
    units = {each["matcher"]["options"]: each["properties"][0]["value"] for each in panel.overrides}
    unit = units.get(query.legend, panel.unit)
    labels = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
    checks = {
        "not a number": not all(math.isfinite(value) for value in values),
        "a ratio beyond 0 and 1": unit == "percentunit" and not all(-1e-9 <= value <= 1 + 1e-9 for value in values),
        "a legend without its label": len(series) > 1 and not any(labels <= metric.keys() for metric, _ in series),
    }
    return [fault for fault, is_so in checks.items() if is_so and series]


def chosen(server, board, how_many):
    """Choose the first values of each drop-down, as the drop-downs before it leave them."""
    values = {}
    for variable in board.variables if how_many else ():
        narrowed = Scope(board.variables).label_values(variable)
        series = substitute(narrowed.removeprefix("label_values(").rpartition(", ")[0], variables=values)
        found = [value for value in server.labels(variable.label, series) if value]
        values[variable.name] = found[:how_many] or [".*"]
    return values


def traffic(server, query, variables, until_s):
    """Whether everything that a query asks for happened: each of its series grew, or stands."""
    expr = substitute(query.expr, range_=f"{HOURS}h", rate_interval=f"{HOURS}h", variables=variables)
    selectors = re.findall(r"((?:spanwise|gen_ai)_\w+(?:\{[^}]*\})?)(\[)?", expr)
    asked = [f"sum(increase({name}[{HOURS}h])) > 0" if window else f"count({name})" for name, window in selectors]
    return all(server.query(each, until_s) for each in asked)


every_query = pytest.mark.parametrize(
    ("board", "panel", "query"),
    [
        pytest.param(board, *each, id=f"{board.uid}: {each[0].title} {each[1].legend}")
        for board in boards()
        if board.uid not in BY_ALERTS
        for each in queries(board)
    ],
)


@every_query
@pytest.mark.parametrize("how_many", [0, 1, 2], ids=["all", "one", "two"])
def test_each_query_holds_over_hours(past, until_s, board, panel, query, how_many):
    variables = chosen(past, board, how_many)
    series = asked(past, query, variables, until_s)
    assert faults(panel, query, series) == []
    assert series or not traffic(past, query, variables, until_s), "no data"


def test_nearly_every_query_has_data(past, until_s):
    """Else the test above would say little."""
    empty = {
        f"{board.uid}: {panel.title}"
        for board in boards()
        if board.uid not in BY_ALERTS
        for panel, query in queries(board)
        if not asked(past, query, {}, until_s)
    }
    assert sorted(empty - DID_NOT_HAPPEN) == []


def test_a_new_version_is_marked_when_it_came(past, until_s):
    mark = next(each for each in render(FLEET)["annotations"]["list"] if each["name"] == "New versions")
    step_s = interval_s(HOURS * 3600, SCRAPE_S)
    begun_s = until_s - HOURS * 3600
    found = past.query_range(substitute(mark["expr"]), begun_s, until_s, step_s)
    came = {each["metric"]["service_version"]: float(each["values"][0][0]) - begun_s for each in found}
    assert came.keys() == {"1.0.0", "1.1.0"}
    assert came["1.0.0"] < HOURS * 3600 / 10
    assert HOURS * 3600 / 2 <= came["1.1.0"] < HOURS * 3600 * 0.6


def metrics_of(query):
    return set(re.findall(r"(?:spanwise|gen_ai)_\w+(?=[{\[])", query.expr))


def mutants(query):
    """The query with a metric renamed, with a wrong label, and with a window that holds no two samples."""
    expr = query.expr
    name = re.search(r"(?:spanwise|gen_ai)_\w+(?=[{\[])", expr)[0]
    yield "renamed", expr.replace(name, f"{name}_of_old")
    for label in re.findall(r"(\w+)=~", expr)[:1]:
        yield "label", re.sub(rf"\b{label}=~\"\$\w+\"", f'{label}_of_old="x"', expr)
    for window in re.findall(r"\[\$__\w+\]", expr)[:1]:
        yield "window", expr.replace(window, f"[{SCRAPE_S // 2}s]")


def test_every_mutant_is_found(past, until_s):
    """What no data would show (`or vector(0)`) is held by the house rules for names, labels and windows."""
    missed, tried = [], 0
    for board in boards():
        for _, query in queries(board) if board.uid not in BY_ALERTS else ():
            if "vector(0)" in query.expr or not asked(past, query, {}, until_s):
                continue
            for name, expr in mutants(query):
                if name == "renamed" and " or 0 *" in expr and len(metrics_of(query)) > 1:
                    continue  # the other metric answers 0, as it should where the first has no traffic
                tried += 1
                if asked(past, replace(query, expr=expr), {}, until_s):
                    missed.append(f"{name}: {expr}")
    assert tried > 200
    assert missed == []
