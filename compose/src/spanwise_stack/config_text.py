"""Writes spanwise.yaml from the models: every key with its comment and its default, or an example where it is empty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from spanwise_stack.config import StackConfig

_HEAD: Final = """\
# Everything that `spanwise up --config FILE` can be told, with its default. Flags win over this file.
# Durations are written as 500ms, 8s, 2m, 1h or 7d. Check a file with `spanwise config --check FILE`.
"""
_WIDE: Final = 1000


def render() -> str:
    """Write the file; reading it back gives the defaults."""
    return _HEAD + "\n".join(_section(StackConfig, 0)) + "\n"


def _section(model: type[BaseModel], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, field in model.model_fields.items():
        key = field.alias or name
        yield from ([""] if depth == 0 else [])
        yield f"{indent}# {field.description}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield f"{indent}{key}:"
            yield from _section(field.annotation, depth + 1)
        else:
            yield f"{indent}{key}: {_default(name, field)}"
            yield from (f"{indent}#   {line}" for line in _example(field))


def _example(field: FieldInfo) -> Iterator[str]:
    """Show what a key holds that is empty by default: one item of a list, a mapping, a section, a word."""
    default = field.get_default(call_default_factory=True, validated_data={})
    given: list[Any] = field.examples or []
    if given and isinstance(given[0], dict):
        yield from yaml.safe_dump(given[0], sort_keys=False).splitlines()
        return
    inner = _model_in(field.annotation)
    if inner is None:
        whole = cast("list[object]", given[0]) if given and isinstance(given[0], list) else None
        if default is None and given and whole is None:
            yield _flow(cast("object", given[0]))
        elif default in ([], {}, None):
            yield from (f"- {_flow(item)}" for item in (given if whole is None else whole))
        return
    listed = isinstance(default, list)
    lines = list(_keys(inner, "  " if listed else "", ()))
    wide = max(len(line) for line, _ in lines)
    for place, (line, comment) in enumerate(lines):
        begun = f"- {line[2:]}" if listed and place == 0 else line
        yield f"{begun:{wide}}  # {comment}" if comment else begun


def _keys(
    model: type[BaseModel], indent: str, above: tuple[type[BaseModel], ...]
) -> Iterator[tuple[str, str | None]]:  # fmt: skip
    """Write the keys of a model; a model within itself is left empty."""
    for name, field in model.model_fields.items():
        key, inner = f"{indent}{field.alias or name}", _model_in(field.annotation)
        example: Any = field.examples[0] if field.examples else None
        if inner is None or inner in (model, *above):
            yield f"{key}: {_default(name, field) if example is None else _flow(example)}", field.description
        elif isinstance(example, dict):
            yield f"{key}:", field.description
            given = cast("dict[str, object]", example)
            yield from ((f"{indent}  {under}: {_flow(value)}", None) for under, value in given.items())
        elif example is not None:
            yield f"{key}: {_flow(example)}", field.description
        else:
            yield f"{key}:", field.description
            listed = any(get_origin(part) is list for part in (field.annotation, *get_args(field.annotation)))
            lines = list(_keys(inner, f"{indent}    " if listed else f"{indent}  ", (model, *above)))
            if listed:
                lines[0] = (f"{indent}  - {lines[0][0].lstrip()}", lines[0][1])
            yield from lines


def _empty(field: FieldInfo) -> object:
    return field.get_default(call_default_factory=True, validated_data={})


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 an annotation has no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _default(name: str, field: FieldInfo) -> str:
    default: Any = None if field.is_required() else _empty(field)
    if isinstance(default, BaseModel):
        default = default.model_dump(mode="json", by_alias=True)
    if isinstance(default, tuple):
        default = list(cast("tuple[object, ...]", default))
    if field.alias and name == f"{field.alias}_s" and default is not None:
        return f"{default:g}s"
    return _flow(str(default) if isinstance(default, Path) else default, quoted=isinstance(default, (str, Path)))


def _flow(value: object, *, quoted: bool = False) -> str:
    style = '"' if quoted else None
    written = yaml.safe_dump(value, default_style=style, default_flow_style=True, width=_WIDE, sort_keys=False)
    return written.removesuffix("\n...\n").strip()
