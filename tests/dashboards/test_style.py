import pytest

from spanwise_dashboards.board import Query
from spanwise_dashboards.style import NEUTRAL, Column, falling, rising, series, stat, steps, table


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
        ("agent", "Agent"),
        (Column("Runs", "a", "short"), Column("p95", "b", "s")),
        worst_first="p95",
    )
    assert [query.expr for query in panel.queries] == ["a", "b"]
    assert all(query.instant for query in panel.queries)
    assert panel.transformations[1]["options"]["renameByName"] == {
        "agent": "Agent",
        "Value #A": "Runs",
        "Value #B": "p95",
    }
    units = {each["matcher"]["options"]: each["properties"][0]["value"] for each in panel.overrides}
    assert units == {"Runs": "short", "p95": "s"}


def test_a_table_is_sorted_by_a_column_that_it_has():
    with pytest.raises(ValueError, match=r"table 'Agents' is sorted by 'Pain'; its columns are \['Runs'\]"):
        table("Agents", "Which?", ("agent", "Agent"), (Column("Runs", "a", "short"),), worst_first="Pain")
