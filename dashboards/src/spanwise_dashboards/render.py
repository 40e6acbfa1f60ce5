"""From the spec to Grafana's classic dashboard JSON: the same spec gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from spanwise_dashboards.board import GRID_WIDTH, Board, Panel, Query, Row, TextBox, Traces, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import steps
from spanwise_schema.alert_metrics import RULE_FIRING
from spanwise_schema.metrics import SERVICE_INFO

SCHEMA_VERSION: Final = 42
TAG: Final = "spanwise"

_PROMETHEUS: Final = {"type": "prometheus", "uid": "${datasource}"}
_JAEGER: Final = {"type": "jaeger", "uid": "${traces}"}
_CLICKED_ELSEWHERE: Final = frozenset({"table", "traces", "nodeGraph"})
"""Kinds whose cells, spans and nodes are clicked, and not the panel's fields."""
_GRAFANA: Final = {"type": "grafana", "uid": "-- Grafana --"}


def render(board: Board) -> dict[str, object]:
    """Render a board as Grafana's file provisioning and its HTTP API take it (schema version 42, Grafana ≥ 10)."""
    return {
        "annotations": {"list": _annotations(board)},
        "description": board.question,
        "editable": False,
        "graphTooltip": 1,
        "links": [_siblings()],
        "panels": list(_panels(board)),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG],
        "templating": {"list": list(_templating(board))},
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "title": board.title,
        "uid": board.uid,
    }


def dump(board: Board) -> str:
    """Render a board as the text of its file."""
    return json.dumps(render(board), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _panels(board: Board) -> Iterator[dict[str, object]]:
    number, top = 0, 0
    for row in board.rows:
        number += 1
        yield _row(number, row, top)
        top += 1
        left, bottom = 0, top
        for panel in row.panels:
            if left + panel.width > GRID_WIDTH:
                left, top = 0, bottom
            number += 1
            yield _panel(number, panel, board.deeper, left, top)
            left, bottom = left + panel.width, max(bottom, top + panel.height)
        top = bottom


def _row(number: int, row: Row, top: int) -> dict[str, object]:
    grid = {"h": 1, "w": GRID_WIDTH, "x": 0, "y": top}
    return {"collapsed": False, "gridPos": grid, "id": number, "panels": [], "title": row.title, "type": "row"}


def _panel(number: int, panel: Panel, deeper: str, left: int, top: int) -> dict[str, object]:
    form = {"table": "table", "heatmap": "heatmap"}.get(panel.kind, "time_series")
    targets = [_target(i, query, form) for i, query in enumerate(panel.queries)]
    return {
        "datasource": _JAEGER if panel.traces else _PROMETHEUS,
        "description": panel.question,
        "fieldConfig": {"defaults": _defaults(panel, deeper), "overrides": list(panel.overrides)},
        "gridPos": {"h": panel.height, "w": panel.width, "x": left, "y": top},
        "id": number,
        "options": panel.options,
        "targets": [_search(panel.traces)] if panel.traces else targets,
        "title": panel.title,
        "transformations": list(panel.transformations),
        "type": panel.kind,
    }


def _defaults(panel: Panel, deeper: str) -> dict[str, object]:
    bounds = {"max": 1, "min": 0} if panel.unit == "percentunit" else {"min": 0}
    return {
        **bounds,
        "color": {"mode": panel.colour_mode},
        "custom": panel.custom,
        **_links(panel, deeper),
        "thresholds": steps(panel.thresholds),
        "unit": panel.unit,
    }


def _links(panel: Panel, deeper: str) -> dict[str, object]:
    if panel.kind in _CLICKED_ELSEWHERE:
        return {}
    link = {"title": "Open this one", "url": panel.link} if panel.link else {"title": "Look closer", "url": deeper}
    return {"links": [link]}


def _target(index: int, query: Query, form: str) -> dict[str, object]:
    return {
        "datasource": _PROMETHEUS,
        "editorMode": "code",
        "exemplar": query.exemplars,
        "expr": query.expr,
        "format": form,
        "instant": query.instant,
        "legendFormat": query.legend or "__auto",
        "range": not query.instant,
        "refId": chr(ord("A") + index),
    }


def _search(traces: Traces) -> dict[str, object]:
    asked: dict[str, object] = {"datasource": _JAEGER, "refId": "A"}
    if traces.asks == "id":
        return {**asked, "query": traces.trace_id}
    if traces.asks == "dependencyGraph":
        return {**asked, "queryType": "dependencyGraph"}
    texts = {
        "service": traces.service, "operation": traces.operation, "tags": traces.tags,
        "minDuration": traces.min_duration,
    }  # fmt: skip
    wanted = {name: text for name, text in texts.items() if text}
    return {**asked, "queryType": "search", "limit": traces.limit, **wanted}


def _templating(board: Board) -> Iterator[dict[str, object]]:
    yield _data_source("datasource", "Data source", "prometheus")
    if board.has_traces:
        yield _data_source("traces", "Traces", "jaeger")
    yield from (_variable(board, each) for each in board.variables)
    yield from map(_box, board.boxes)


def _data_source(name: str, title: str, kind: str) -> dict[str, object]:
    return {
        "hide": 0,
        "includeAll": False,
        "label": title,
        "multi": False,
        "name": name,
        "options": [],
        "query": kind,
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
        "type": "datasource",
    }


def _variable(board: Board, variable: Variable) -> dict[str, object]:
    definition = Scope(board.variables).label_values(variable)
    # ".*" and not the list of values, so that series without the label stay in.
    every = {"allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]}}
    return {
        **({} if variable.single else every),
        "datasource": _PROMETHEUS,
        "definition": definition,
        "hide": 0,
        "includeAll": not variable.single,
        "label": variable.title,
        "multi": not variable.single,
        "name": variable.name,
        "options": [],
        "query": {"qryType": 1, "query": definition, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }


def _box(box: TextBox) -> dict[str, object]:
    chosen = {"selected": True, "text": box.value, "value": box.value}
    return {
        "current": chosen, "hide": 0, "label": box.title, "name": box.name, "options": [chosen], "query": box.value,
        "skipUrlSync": False, "type": "textbox",
    }  # fmt: skip


def _annotations(board: Board) -> list[dict[str, object]]:
    own: dict[str, object] = {
        "builtIn": 1, "datasource": _GRAFANA, "enable": True, "hide": True, "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts", "type": "dashboard",
    }  # fmt: skip
    versions = Scope(board.variables).newcomers(SERVICE_INFO, ["service_name", "service_version"])
    fires = Scope(()).gauge(RULE_FIRING, ["rule", "tier"], only='tier!="info"')
    return [
        own,
        _annotation("New versions", versions, "blue", "{{service_name}} {{service_version}}"),
        _annotation("Alerts", fires, "red", "{{rule}} ({{tier}})"),
        _annotation("Alerts of Prometheus", 'ALERTS{alertstate="firing"}', "orange", "{{alertname}}", shown=False),
    ]


def _annotation(name: str, expr: str, colour: str, title: str, *, shown: bool = True) -> dict[str, object]:
    return {
        "datasource": _PROMETHEUS, "enable": shown, "expr": expr, "iconColor": colour, "name": name, "step": "60s",
        "titleFormat": title,
    }  # fmt: skip


def _siblings() -> dict[str, object]:
    return {
        "asDropdown": True, "icon": "external link", "includeVars": True, "keepTime": True, "tags": [TAG],
        "targetBlank": False, "title": "Spanwise boards", "tooltip": "", "type": "dashboards", "url": "",
    }  # fmt: skip
