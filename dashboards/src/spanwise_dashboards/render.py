"""From the spec to Grafana's classic dashboard JSON: the same spec gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from spanwise_dashboards.board import GRID_WIDTH, Board, Panel, Query, Row, Variable
from spanwise_dashboards.query import Scope
from spanwise_dashboards.style import steps

SCHEMA_VERSION: Final = 42
TAG: Final = "spanwise"

_PROMETHEUS: Final = {"type": "prometheus", "uid": "${datasource}"}
_GRAFANA: Final = {"type": "grafana", "uid": "-- Grafana --"}


def render(board: Board) -> dict[str, object]:
    """Render a board as Grafana's file provisioning and its HTTP API take it (schema version 42, Grafana ≥ 10)."""
    return {
        "annotations": {"list": _annotations()},
        "description": board.question,
        "editable": False,
        "graphTooltip": 1,
        "links": [_siblings()],
        "panels": list(_panels(board.rows)),
        "refresh": "30s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG],
        "templating": {"list": [_data_source(), *(_variable(board, each) for each in board.variables)]},
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "title": board.title,
        "uid": board.uid,
    }


def dump(board: Board) -> str:
    """Render a board as the text of its file."""
    return json.dumps(render(board), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _panels(rows: tuple[Row, ...]) -> Iterator[dict[str, object]]:
    number, top = 0, 0
    for row in rows:
        number += 1
        yield _row(number, row, top)
        top += 1
        left, bottom = 0, top
        for panel in row.panels:
            if left + panel.width > GRID_WIDTH:
                left, top = 0, bottom
            number += 1
            yield _panel(number, panel, left, top)
            left, bottom = left + panel.width, max(bottom, top + panel.height)
        top = bottom


def _row(number: int, row: Row, top: int) -> dict[str, object]:
    grid = {"h": 1, "w": GRID_WIDTH, "x": 0, "y": top}
    return {"collapsed": False, "gridPos": grid, "id": number, "panels": [], "title": row.title, "type": "row"}


def _panel(number: int, panel: Panel, left: int, top: int) -> dict[str, object]:
    form = "table" if panel.kind == "table" else "time_series"
    return {
        "datasource": _PROMETHEUS,
        "description": panel.question,
        "fieldConfig": {"defaults": _defaults(panel), "overrides": list(panel.overrides)},
        "gridPos": {"h": panel.height, "w": panel.width, "x": left, "y": top},
        "id": number,
        "options": panel.options,
        "targets": [_target(i, query, form) for i, query in enumerate(panel.queries)],
        "title": panel.title,
        "transformations": list(panel.transformations),
        "type": panel.kind,
    }


def _defaults(panel: Panel) -> dict[str, object]:
    bounds = {"max": 1, "min": 0} if panel.unit == "percentunit" else {"min": 0}
    return {
        **bounds,
        "color": {"mode": panel.colour_mode},
        "custom": panel.custom,
        "thresholds": steps(panel.thresholds),
        "unit": panel.unit,
    }


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


def _data_source() -> dict[str, object]:
    return {
        "hide": 0,
        "includeAll": False,
        "label": "Data source",
        "multi": False,
        "name": "datasource",
        "options": [],
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "skipUrlSync": False,
        "type": "datasource",
    }


def _variable(board: Board, variable: Variable) -> dict[str, object]:
    definition = Scope(board.variables).label_values(variable)
    return {
        # ".*" and not the list of values, so that series without the label stay in.
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
        "datasource": _PROMETHEUS,
        "definition": definition,
        "hide": 0,
        "includeAll": True,
        "label": variable.title,
        "multi": True,
        "name": variable.name,
        "options": [],
        "query": {"qryType": 1, "query": definition, "refId": "PrometheusVariableQueryEditor-VariableQuery"},
        "refresh": 2,
        "regex": "",
        "skipUrlSync": False,
        "sort": 1,
        "type": "query",
    }


def _annotations() -> list[dict[str, object]]:
    own: dict[str, object] = {
        "builtIn": 1, "datasource": _GRAFANA, "enable": True, "hide": True, "iconColor": "rgba(0, 211, 255, 1)",
        "name": "Annotations & Alerts", "type": "dashboard",
    }  # fmt: skip
    alerts: dict[str, object] = {
        "datasource": _PROMETHEUS, "enable": False, "expr": 'ALERTS{alertstate="firing"}', "iconColor": "red",
        "name": "Alerts", "titleFormat": "{{alertname}}",
    }  # fmt: skip
    return [own, alerts]


def _siblings() -> dict[str, object]:
    return {
        "asDropdown": True, "icon": "external link", "includeVars": True, "keepTime": True, "tags": [TAG],
        "targetBlank": False, "title": "Spanwise boards", "tooltip": "", "type": "dashboards", "url": "",
    }  # fmt: skip
