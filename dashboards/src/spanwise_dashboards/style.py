"""The house style: one function per kind of panel, and the colours that mean something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

from spanwise_dashboards.board import Panel, Query, Threshold, Traces, Unit, Variable
from spanwise_schema.measures import Dimension
from spanwise_schema.metrics import LABEL, Metric

NEUTRAL: Final = (Threshold(None, "blue"),)
"""For values that are neither good nor bad."""

_LAST: Final = {"calcs": ["lastNotNull"], "fields": "", "values": False}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the value of an instant query for each row."""

    title: str
    expr: str
    unit: Unit
    thresholds: tuple[Threshold, ...] = NEUTRAL


def everywhere(metric: Metric) -> tuple[Variable, ...]:
    """Make the drop-downs that boards of agents begin with; their values are those of a metric."""
    titles: dict[Dimension, str] = {"service": "Service", "environment": "Environment", "tenant": "Tenant"}
    return tuple(Variable(name, title, LABEL[name], metric) for name, title in titles.items())


def rising(orange: float, red: float) -> tuple[Threshold, ...]:
    """Make thresholds for what is good when low."""
    return (Threshold(None, "green"), Threshold(orange, "orange"), Threshold(red, "red"))


def falling(orange: float, green: float) -> tuple[Threshold, ...]:
    """Make thresholds for what is good when high."""
    return (Threshold(None, "red"), Threshold(orange, "orange"), Threshold(green, "green"))


def stat(
    title: str, question: str, query: Query, unit: Unit, thresholds: tuple[Threshold, ...] = NEUTRAL, *, width: int = 4
) -> Panel:
    """Show one number, with its course behind it unless it is asked once."""
    options: dict[str, object] = {
        "colorMode": "value",
        "graphMode": "none" if query.instant else "area",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": _LAST,
        "textMode": "value",
        "wideLayout": True,
    }
    return Panel(
        kind="stat", title=title, question=question, queries=(query,), unit=unit, thresholds=thresholds,
        width=width, height=4, options=options, colour_mode="thresholds",
    )  # fmt: skip


def series(
    title: str,
    question: str,
    queries: tuple[Query, ...],
    unit: Unit,
    thresholds: tuple[Threshold, ...] = NEUTRAL,
    *,
    width: int = 8,
    link: str = "",
) -> Panel:
    """Show lines over time, a dashed line at each threshold, the highest last value first in the legend."""
    options: dict[str, object] = {
        "legend": {
            "calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True,
            "sortBy": "Last *", "sortDesc": True,
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }  # fmt: skip
    custom: dict[str, object] = {
        "drawStyle": "line",
        "fillOpacity": 8,
        "lineWidth": 1,
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "none"},
        "thresholdsStyle": {"mode": "off" if thresholds == NEUTRAL else "dashed"},
    }
    return Panel(
        kind="timeseries", title=title, question=question, queries=queries, unit=unit, thresholds=thresholds,
        width=width, height=8, options=options, colour_mode="palette-classic-by-name", custom=custom, link=link,
    )  # fmt: skip


def band(title: str, question: str, observed: str, expected: str, lower: str, upper: str) -> Panel:
    """Show a value, what was expected, and the band between two bounds in which no value is unusual."""
    queries = (Query(lower, "least"), Query(upper, "most"), Query(expected, "expected"), Query(observed, "observed"))
    panel = series(title, question, queries, "none", width=24)
    bound: dict[str, object] = {"custom.lineWidth": 0, "color": {"fixedColor": "blue", "mode": "fixed"}}
    return replace(
        panel, custom={**panel.custom, "fillOpacity": 0},
        overrides=(
            _override("least", bound),
            _override("most", {**bound, "custom.fillBelowTo": "least", "custom.fillOpacity": 18}),
            _override("expected", {"custom.lineStyle": {"dash": [10, 10], "fill": "dash"}}),
            _override("observed", {"custom.lineWidth": 2}),
        ),
    )  # fmt: skip


def bars(
    title: str,
    question: str,
    query: Query,
    unit: Unit,
    thresholds: tuple[Threshold, ...] = NEUTRAL,
    *,
    width: int = 12,
    link: str = "",
) -> Panel:
    """Show one bar for each series of an instant query."""
    options: dict[str, object] = {
        "displayMode": "basic",
        "namePlacement": "auto",
        "orientation": "horizontal",
        "reduceOptions": _LAST,
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "text",
    }
    return Panel(
        kind="bargauge", title=title, question=question, queries=(query,), unit=unit, thresholds=thresholds,
        width=width, height=8, options=options, colour_mode="thresholds", link=link,
    )  # fmt: skip


def timeline(
    title: str, question: str, query: Query, unit: Unit, thresholds: tuple[Threshold, ...], *, width: int = 10
) -> Panel:
    """Show for each series when it was good and when it was bad."""
    options: dict[str, object] = {
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "mergeValues": True,
        "rowHeight": 0.85,
        "showValue": "never",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return Panel(
        kind="state-timeline", title=title, question=question, queries=(query,), unit=unit, thresholds=thresholds,
        width=width, height=8, options=options, colour_mode="thresholds", custom={"fillOpacity": 80, "lineWidth": 0},
    )  # fmt: skip


def heat(title: str, question: str, query: Query, unit: Unit, *, width: int = 12) -> Panel:
    """Show how the values of a histogram are spread over time: one mode or two, and the outliers."""
    options: dict[str, object] = {
        "calculate": False,
        "cellGap": 1,
        "color": {"exponent": 0.5, "mode": "scheme", "scheme": "Oranges", "steps": 64},
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
        "filterValues": {"le": 1e-9},
        "legend": {"show": True},
        "rowsFrame": {"layout": "auto"},
        "tooltip": {"mode": "single", "showColorScale": False, "yHistogram": False},
        "yAxis": {"axisPlacement": "left", "reverse": False, "unit": unit},
    }
    return Panel(
        kind="heatmap", title=title, question=question, queries=(query,), unit=unit, thresholds=NEUTRAL, width=width,
        height=8, options=options, colour_mode="thresholds",
        custom={"hideFrom": {"legend": False, "tooltip": False, "viz": False}, "scaleDistribution": {"type": "linear"}},
    )  # fmt: skip


def trace_list(title: str, question: str, traces: Traces, *, link: str, width: int = 24) -> Panel:
    """List the traces that Jaeger finds, the newest first; a click on an id leads to `link`."""
    return Panel(
        kind="table", title=title, question=question, queries=(), traces=traces, unit="none", thresholds=NEUTRAL,
        width=width, height=9, options={"cellHeight": "sm", "showHeader": True}, colour_mode="thresholds",
        custom={"align": "auto", "filterable": False},
        overrides=(_override("Trace ID", {"links": [{"title": "Open this trace", "url": link}]}),),
    )  # fmt: skip


def trace_view(title: str, question: str, traces: Traces) -> Panel:
    """Show one trace span by span."""
    return Panel(
        kind="traces", title=title, question=question, queries=(), traces=traces, unit="none", thresholds=NEUTRAL,
        width=24, height=18, options={}, colour_mode="thresholds",
    )  # fmt: skip


def service_map(title: str, question: str, traces: Traces) -> Panel:
    """Show which service calls which."""
    return Panel(
        kind="nodeGraph", title=title, question=question, queries=(), traces=traces, unit="none", thresholds=NEUTRAL,
        width=24, height=10, options={}, colour_mode="thresholds",
    )  # fmt: skip


def table(
    title: str,
    question: str,
    keys: tuple[tuple[str, str], ...],
    columns: tuple[Column, ...],
    *,
    worst_first: str,
    link: str = "",
    width: int = 14,
) -> Panel:
    """Show one line for each value of one or more labels, the line with the highest `worst_first` at the top.

    `keys` are the labels and their headings; `link` is where a click on the first one leads.
    """
    names = {f"Value #{chr(ord('A') + i)}": column.title for i, column in enumerate(columns)}
    if worst_first not in names.values():
        raise ValueError(f"table {title!r} is sorted by {worst_first!r}; its columns are {list(names.values())}")
    headings = dict(keys)
    order = {name: i for i, name in enumerate((*headings, *names))}
    overrides = [_column(column) for column in columns]
    if link:
        heading = keys[0][1]
        overrides.insert(0, _override(heading, {"links": [{"title": f"Open this {heading.lower()}", "url": link}]}))
    return Panel(
        kind="table", title=title, question=question, unit="none", thresholds=NEUTRAL, width=width, height=8,
        queries=tuple(Query(column.expr, column.title, instant=True) for column in columns),
        options={"cellHeight": "sm", "showHeader": True, "sortBy": [{"desc": True, "displayName": worst_first}]},
        colour_mode="thresholds",
        custom={"align": "auto", "filterable": False},
        overrides=tuple(overrides),
        transformations=(
            {"id": "merge", "options": {}},
            {
                "id": "organize",
                "options": {
                    "excludeByName": {"Time": True}, "indexByName": order, "renameByName": {**headings, **names},
                },
            },
        ),
    )  # fmt: skip


def to_board(uid: str, keep: tuple[Variable, ...], choose: str = "", value: str = "${__value.raw}") -> str:
    """Write the link to a board: it keeps time, data source and the drop-downs `keep`, and sets `choose` to `value`."""
    kept = "".join(f"&${{{each.name}:queryparam}}" for each in keep if each.name != choose)
    chosen = f"&var-{choose}={value}" if choose else ""
    return f"/d/{uid}?${{__url_time_range}}&${{datasource:queryparam}}{kept}{chosen}"


def of_line(uid: str, keep: tuple[Variable, ...], choose: str) -> str:
    """Write the link to a board that a click on a line or a bar follows: what is chosen is the label of the line."""
    label = LABEL.get(cast("Dimension", choose), choose)
    return to_board(uid, keep, choose, f"${{__field.labels.{label}}}")


def named(label: str) -> str:
    """Name a series after one of its labels."""
    return f"{{{{{label}}}}}"


def _column(column: Column) -> dict[str, object]:
    properties: dict[str, object] = {"unit": column.unit}
    if column.thresholds != NEUTRAL:
        properties["thresholds"] = steps(column.thresholds)
        properties["custom.cellOptions"] = {"type": "color-text"}
    return _override(column.title, properties)


def _override(field: str, properties: dict[str, object]) -> dict[str, object]:
    return {
        "matcher": {"id": "byName", "options": field},
        "properties": [{"id": name, "value": value} for name, value in properties.items()],
    }


def steps(thresholds: tuple[Threshold, ...]) -> dict[str, object]:
    """Write thresholds as Grafana does."""
    return {"mode": "absolute", "steps": [{"color": each.colour, "value": each.value} for each in thresholds]}
