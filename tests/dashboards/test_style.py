import pytest

from spanwise_dashboards.board import Query, Traces, Variable
from spanwise_dashboards.style import (
    NEUTRAL,
    Column,
    band,
    bars,
    falling,
    heat,
    named,
    of_line,
    rising,
    series,
    service_map,
    stat,
    steps,
    table,
    to_board,
    trace_list,
    trace_view,
)
from spanwise_schema.metrics import LABEL, LLM_DURATION


def test_thresholds_say_which_side_is_good():
    assert [each.colour for each in rising(1, 2)] == ["green", "orange", "red"]
    assert [each.colour for each in falling(1, 2)] == ["red", "orange", "green"]
    assert steps(rising(1, 2)) == {
        "mode": "absolute",
        "steps": [
            {"color": "green", "value": None},
            {"color": "orange", "value": 1},
            {"color": "red", "value": 2},
        ],
    }


def test_a_stat_draws_its_course_only_where_it_has_one():
    assert stat("Runs", "How many?", Query("1"), "none").options["graphMode"] == "area"
    assert stat("Runs", "How many?", Query("1", instant=True), "none").options["graphMode"] == "none"


def test_threshold_lines_are_drawn_only_where_they_mean_something():
    drawn = series("Errors", "Whose?", (Query("1"),), "percentunit", rising(0.1, 0.2)).custom["thresholdsStyle"]
    assert drawn == {"mode": "dashed"}
    assert series("Runs", "Whose?", (Query("1"),), "cpm", NEUTRAL).custom["thresholdsStyle"] == {"mode": "off"}


def test_a_table_shows_each_query_as_a_named_column_with_its_unit():
    panel = table(
        "Agents",
        "Which?",
        (("agent", "Agent"), ("model", "Model")),
        (Column("Runs", "a", "short"), Column("p95", "b", "s")),
        worst_first="p95",
    )
    assert [query.expr for query in panel.queries] == ["a", "b"]
    assert all(query.instant for query in panel.queries)
    assert panel.transformations[1]["options"]["renameByName"] == {
        "agent": "Agent",
        "model": "Model",
        "Value #A": "Runs",
        "Value #B": "p95",
    }
    units = {each["matcher"]["options"]: each["properties"][0]["value"] for each in panel.overrides}
    assert units == {"Runs": "short", "p95": "s"}


def test_a_table_is_sorted_by_a_column_that_it_has():
    with pytest.raises(ValueError, match=r"table 'Agents' is sorted by 'Pain'; its columns are \['Runs'\]"):
        table("Agents", "Which?", (("agent", "Agent"),), (Column("Runs", "a", "short"),), worst_first="Pain")


def test_a_click_on_a_key_of_a_table_opens_it():
    panel = table(
        "Agents", "Which?", (("agent", "Agent"),), (Column("Runs", "a", "short"),), worst_first="Runs", link="/d/x"
    )
    assert panel.overrides[0] == {
        "matcher": {"id": "byName", "options": "Agent"},
        "properties": [{"id": "links", "value": [{"title": "Open this agent", "url": "/d/x"}]}],
    }


def test_lines_and_bars_can_be_clicked():
    assert series("Runs", "Whose?", (Query("1"),), "cpm", link="/d/x").link == "/d/x"
    assert bars("Cost", "Whose?", Query("1", instant=True), "currencyUSD", link="/d/x").link == "/d/x"


def test_a_link_keeps_the_other_drop_downs():
    kept = (Variable("service", "Service", LABEL["service"], LLM_DURATION), Variable("agent", "A", "x", LLM_DURATION))
    assert to_board("spanwise-agent", kept, "agent") == (
        "/d/spanwise-agent?${__url_time_range}&${datasource:queryparam}&${service:queryparam}&var-agent=${__value.raw}"
    )


def test_a_heat_map_draws_the_buckets_as_they_come():
    panel = heat("Duration", "How spread?", Query("sum by (le) (increase(x_bucket[1m]))"), "s")
    assert panel.options["calculate"] is False
    assert panel.options["yAxis"]["unit"] == "s"


def test_panels_of_traces_ask_jaeger():
    found = trace_list("Found", "Which?", Traces("search", service="$service"), link="/d/x")
    assert found.traces == Traces("search", service="$service")
    assert found.overrides[0]["properties"][0]["value"][0]["url"] == "/d/x"
    assert trace_view("Trace", "What?", Traces("id", trace_id="$trace_id")).kind == "traces"
    assert service_map("Services", "Who?", Traces("dependencyGraph")).kind == "nodeGraph"


def test_a_click_on_a_line_chooses_the_label_of_the_line():
    assert of_line("spanwise-llm", (), "model").endswith("&var-model=${__field.labels.gen_ai_request_model}")
    assert of_line("spanwise-alerts", (), "rule").endswith("&var-rule=${__field.labels.rule}")


def test_a_link_that_chooses_nothing_only_keeps():
    assert to_board("spanwise-alerts", ()) == "/d/spanwise-alerts?${__url_time_range}&${datasource:queryparam}"


def test_a_series_is_named_after_its_label():
    assert named("tier") == "{{tier}}"


def test_a_band_is_filled_between_its_bounds():
    panel = band("Value", "Where?", observed="o", expected="e", lower="l", upper="u")
    assert {query.legend: query.expr for query in panel.queries} == {
        "least": "l", "most": "u", "expected": "e", "observed": "o",
    }  # fmt: skip
    filled = {each["matcher"]["options"]: dict(map(dict.values, each["properties"])) for each in panel.overrides}
    assert filled["most"]["custom.fillBelowTo"] == "least"
