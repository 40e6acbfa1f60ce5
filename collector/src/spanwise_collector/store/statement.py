"""What a query from outside may say: one SELECT over the view `spans`, and nothing that reaches further."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, cast

import msgspec

from spanwise_collector.errors import Malformed

VIEW: Final = "spans"
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series"})
_FORBIDDEN_FUNCTIONS: Final = frozenset({"current_setting", "getvariable", "getenv", "write_log", "sleep_ms"})
_SOURCES: Final = frozenset(
    {"BASE_TABLE", "TABLE_FUNCTION", "EMPTY", "EMPTY_FROM", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "CTE", "PIVOT"}
)
_IDENTIFIER: Final = re.compile(r"\w+")


def check(serialised: str) -> None:
    """Refuse a query unless it is one SELECT over `spans`, its own CTEs and generated rows.

    Args:
        serialised: what DuckDB's `json_serialize_sql` says of the query.

    Raises Malformed, which names what is not allowed and what is.
    """
    tree = cast("dict[str, Any]", msgspec.json.decode(serialised))
    if tree["error"]:
        fault = "only SELECT is allowed" if tree["error_type"] == "not implemented" else tree["error_message"]
        raise Malformed(f"query: {fault}")
    statements = cast("list[object]", tree["statements"])
    if len(statements) != 1:
        raise Malformed(f"query: {len(statements)} statements, expected 1")
    nodes = list(_walk(statements))
    tables = {VIEW} | {name for node in nodes for name in _cte_names(node)}
    for node in nodes:
        _check_source(node, tables)
        _check_function(node)


def _walk(value: object) -> Iterator[dict[str, Any]]:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            members = cast("dict[str, Any]", node)
            yield members
            waiting.extend(members.values())
        elif isinstance(node, list):
            waiting.extend(cast("list[object]", node))


def _cte_names(node: dict[str, Any]) -> Iterator[str]:
    if "cte_map" not in node:
        return
    for entry in node["cte_map"]["map"]:
        name = str(entry["key"])
        if not _IDENTIFIER.fullmatch(name):
            raise Malformed(f"query: WITH name {name!r}, expected letters, digits and _")
        yield name.lower()


def _check_source(node: dict[str, Any], tables: set[str]) -> None:
    if "sample" not in node or "alias" not in node:  # every table reference has both
        return
    kind = str(node["type"])
    if kind not in _SOURCES:
        raise Malformed(f"query: {kind} is not allowed, only SELECT from {VIEW}")
    if kind == "BASE_TABLE":
        name = str(node["table_name"])
        if name.lower() not in tables or node["schema_name"] or node["catalog_name"]:
            raise Malformed(f"query: unknown table {name!r}, expected {VIEW}")
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", ""))
        if name.lower() not in _TABLE_FUNCTIONS:
            raise Malformed(f"query: {name}() is not allowed, only {', '.join(sorted(_TABLE_FUNCTIONS))}")


def _check_function(node: dict[str, Any]) -> None:
    name = str(node.get("function_name", ""))
    if name.lower() in _FORBIDDEN_FUNCTIONS:
        raise Malformed(f"query: {name}() is not allowed")
