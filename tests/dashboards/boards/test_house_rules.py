"""What holds for every board: Grafana's dashboard-linter, our design rules, and the traps of PromQL."""

import json
import re

import pytest

from spanwise_dashboards.catalogue import boards
from spanwise_dashboards.query import SCRAPED, has
from spanwise_dashboards.render import render
from spanwise_schema.alert_metrics import ALERT_METRICS
from spanwise_schema.metrics import METRICS
from tests.support.prometheus import prometheus, queries, substitute

SAMPLES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
EXPOSED = {f"{metric.name}{sample}": metric for metric in (*METRICS, *ALERT_METRICS) for sample in SAMPLES[metric.type]}
OF_PROMETHEUS = {"ALERTS": {"alertname", "alertstate"}}
WORDS = {
    "sum", "by", "rate", "increase", "or", "and", "count", "vector", "histogram_quantile", "topk", "max", "min",
    "max_over_time", "end", "clamp_min",
}  # fmt: skip
KINDS = {"stat", "timeseries", "table", "bargauge", "state-timeline", "heatmap", "traces", "nodeGraph"}

every_board = pytest.mark.parametrize("board", boards(), ids=lambda board: board.uid)
every_query = pytest.mark.parametrize(
    "query",
    [pytest.param(query, id=f"{board.uid}: {panel.title}") for board in boards() for panel, query in queries(board)],
)


def panels(board):
    return [panel for row in board.rows for panel in row.panels]


def metric_names(expr):
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\bby \([^)]*\)", " ", expr)
    return [word for word in re.findall(r"[a-zA-Z_]\w*", bare) if word not in WORDS]


@every_board
def test_a_board_is_small_and_its_first_row_is_glanced_at(board):
    assert len(panels(board)) <= 16
    assert len(board.rows[0].panels) <= 6
    assert {panel.kind for panel in board.rows[0].panels} == {"stat"}


@every_board
def test_each_panel_has_a_title_a_question_a_unit_and_thresholds(board):
    titles = [panel.title for panel in panels(board)]
    assert len(set(titles)) == len(titles)
    for panel in panels(board):
        assert not panel.title.endswith("?")
        assert "?" in panel.question
        assert panel.unit
        assert panel.thresholds[0].value is None
        values = [threshold.value for threshold in panel.thresholds[1:]]
        assert values == sorted(values)


@every_board
def test_each_panel_has_a_drill_down(board):
    for panel in render(board)["panels"]:
        if panel["type"] not in {"row", "traces", "nodeGraph"}:
            assert "'url': '/d/" in str(panel["fieldConfig"])


@every_board
def test_new_versions_and_alerts_are_marked_along_the_time(board):
    marks = {each["name"]: each for each in render(board)["annotations"]["list"] if "expr" in each}
    assert set(marks) == {"New versions", "Alerts", "Alerts of Prometheus"}
    names = {name for mark in marks.values() for name in re.findall(r"spanwise_\w+", mark["expr"])}
    assert names == {"spanwise_service_info", "spanwise_alerts_rule_firing"}
    assert ('service_name=~"$service"' in marks["New versions"]["expr"]) == any(
        variable.name == "service" for variable in board.variables
    )


@every_board
def test_ratios_run_from_zero_to_one(board):
    for panel in render(board)["panels"]:
        if panel.get("fieldConfig", {}).get("defaults", {}).get("unit") == "percentunit":
            assert (panel["fieldConfig"]["defaults"]["min"], panel["fieldConfig"]["defaults"]["max"]) == (0, 1)


@every_board
def test_there_are_no_pies(board):
    assert {panel.kind for panel in panels(board)} <= KINDS


@every_board
def test_each_panel_asks_one_data_source(board):
    for panel in panels(board):
        assert bool(panel.queries) != bool(panel.traces)


@every_board
def test_each_link_leads_to_a_board_and_sets_what_that_board_has(board):
    variables = {each.uid: {v.name for v in (*each.variables, *each.boxes)} for each in boards()}
    for uid, rest in re.findall(r"/d/([\w-]+)\?([^\"]*)", json.dumps(render(board)["panels"])):
        assert set(re.findall(r"var-(\w+)=", rest)) <= variables[uid]
        kept = set(re.findall(r"\$\{(\w+):queryparam\}", rest))
        assert kept <= {v.name for v in (*board.variables, *board.boxes)} | {"datasource", "traces"}


@every_board
def test_variables_follow_the_time_range_and_keep_series_without_the_label(board):
    for variable in render(board)["templating"]["list"]:
        if variable["type"] == "query":
            assert variable["refresh"] == 2
            assert variable["multi"] == variable["includeAll"] == ("allValue" in variable)
            assert variable.get("allValue", ".*") == ".*"


@every_board
def test_people_choose_each_data_source_that_the_board_asks(board):
    found = [each for each in render(board)["templating"]["list"] if each["type"] == "datasource"]
    asked = {panel["datasource"]["type"] for panel in render(board)["panels"] if "datasource" in panel}
    assert {each["query"] for each in found} == asked | {"prometheus"}
    assert not any("current" in each for each in found)


@every_query
def test_each_query_names_exposed_metrics(query):
    names = metric_names(query.expr)
    assert names
    assert set(names) <= EXPOSED.keys() | OF_PROMETHEUS.keys()


@every_query
def test_each_query_names_labels_that_its_metrics_have(query):
    for name, matchers in re.findall(r"(\w+)\{([^}]*)\}", query.expr):
        allowed = OF_PROMETHEUS[name] if name in OF_PROMETHEUS else {*EXPOSED[name].labels, *SCRAPED}
        assert set(re.findall(r"(\w+)(?:=~|!=|!~|=)", matchers)) <= allowed
    grouped = {label for group in re.findall(r"\bby \(([^)]*)\)", query.expr) for label in group.split(", ")}
    for name in set(metric_names(query.expr)) - OF_PROMETHEUS.keys():
        assert grouped - {"le"} <= set(EXPOSED[name].labels)


@every_query
def test_each_legend_names_labels_that_the_query_keeps(query):
    kept = {label for group in re.findall(r"\bby \(([^)]*)\)", query.expr) for label in group.split(", ")}
    assert set(re.findall(r"\{\{(\w+)\}\}", query.legend)) <= kept


@every_query
def test_each_window_is_grafanas(query):
    assert set(re.findall(r"\[([^\]]*)\]", query.expr)) <= {"$__rate_interval", "$__range"}


@every_query
def test_what_is_asked_over_the_shown_time_is_asked_once(query):
    assert ("$__range" in query.expr.replace("[$__range] @ end()", "")) <= query.instant


@every_query
def test_counters_are_only_asked_for_their_growth(query):
    for found in re.finditer(r"\w+_(?:total|count|sum|bucket)\b", query.expr):
        assert query.expr[: found.start()].endswith(("rate(", "increase("))


@every_query
def test_no_value_hides_missing_data_of_a_group(query):
    if "vector(0)" in query.expr:
        assert " by (" not in query.expr


@every_board
def test_each_query_follows_each_variable_whose_label_its_metric_has(board):
    for _panel, query in queries(board):
        for name, matchers in re.findall(r"(\w+)(?:\{([^}]*)\})?\[", query.expr):
            for variable in board.variables:
                if has(EXPOSED[name], variable.label):
                    assert f'{variable.label}=~"${variable.name}"' in matchers


@pytest.fixture(scope="module")
def empty_prometheus(tmp_path_factory):
    with prometheus(tmp_path_factory.mktemp("prometheus")) as server:
        yield server


@every_query
@pytest.mark.parametrize("chosen", [[], ["a.b"], ["a.b", "c+d"]], ids=["all", "one", "two"])
def test_each_query_is_promql(query, chosen, empty_prometheus):
    names = set(re.findall(r"\$(\w+)", query.expr)) - {"__rate_interval", "__range"} if chosen else ()
    expr = substitute(query.expr, variables=dict.fromkeys(names, chosen))
    assert "$" not in expr
    empty_prometheus.query(expr)
