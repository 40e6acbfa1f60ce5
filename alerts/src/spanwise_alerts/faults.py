"""What is wrong with a configuration: every fault with its file, its path and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

_WANTED: Final = {
    "model_type": "a mapping of keys",
    "model_attributes_type": "a mapping of keys",
    "dict_type": "a mapping of keys",
    "list_type": "a list",
    "tuple_type": "a list",
    "string_type": "a text",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_too_short": "a text that is not empty",
    "too_short": "at least one",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        file: as the user named it.
        path: where in the file, such as `rules[2].tiers.warning.above`; empty for the whole file.
        message: what was found and what was expected.
    """

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.message) if part)

    def under(self, section: str) -> Fault:
        """Say the same from one level up: `rules[0]` becomes `alerts.rules[0]`."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return replace(self, path=f"{section}{joint}{self.path}")


class ConfigError(ValueError):
    """A configuration that cannot be used; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = list(faults)


def spelled(path: Path) -> str:
    """Write a path the way a user reads it: `rules[2].tiers.warning.above`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def expected(raw: object, known: Iterable[str]) -> str:
    """Say that a name is none of the known ones, and which of them was probably meant."""
    names = list(known)
    close = difflib.get_close_matches(str(raw), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"got {raw!r}, expected one of {', '.join(names) or 'nothing'}{hint}"


def faults_of(error: ValidationError, model: type[BaseModel], file: str) -> list[Fault]:
    """Turn a validation error of `model` into faults, in the order of the file."""
    return [Fault(file, spelled(_shown(details)), said(details, model)) for details in error.errors()]


def _shown(details: ErrorDetails) -> Path:
    # pydantic ends the path of a wrong mapping key with a mark of its own
    return tuple(part for part in details["loc"] if part != "[key]")


def said(details: ErrorDetails, model: type[BaseModel]) -> str:
    """Put one error of a validation of `model` into words: what was found and what was expected."""
    kind, raw = details["type"], details["input"]
    match kind:
        case "extra_forbidden":
            key, known = str(details["loc"][-1]), _keys(model, details["loc"][:-1])
            return "unknown key: " + expected(key, known)
        case "missing":
            return "missing; it has no default"
        case "literal_error" if "expected" in details.get("ctx", {}):
            return expected(raw, details.get("ctx", {})["expected"].replace("'", "").replace(" or ", ", ").split(", "))
        case "value_error":
            return details["msg"].removeprefix("Value error, ")
        case _:
            said = details["msg"][:1].lower() + details["msg"][1:]
            wanted = _WANTED.get(kind, said.removeprefix("input should be ").removeprefix("input should "))
            return f"got {_brief(raw)}, expected {wanted}"


def _brief(raw: object) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    for part in path:
        field = next((f for name, f in model.model_fields.items() if (f.alias or name) == part), None)
        inner = _model_in(field.annotation) if field else None
        model = inner or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  an annotation has no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
