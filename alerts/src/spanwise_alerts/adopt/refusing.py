"""Keys that Alertmanager knows and we cannot honour: refused by their path, unless they say what we do anyway."""

from __future__ import annotations

from typing import Any, Final, Self, cast

from pydantic import ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from spanwise_alerts.rule import Section

_NOT_OURS: Final = "cannot be honoured here"


class Refusing(Section):
    """Refuses keys that Alertmanager knows and we cannot honour, unless they say what we do anyway."""

    @classmethod
    def _anyway(cls) -> dict[str, tuple[Any, ...]]:
        return {}

    @model_validator(mode="wrap")
    @classmethod
    def _honour(cls, given: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401  what the file holds
        if not isinstance(given, dict):
            return handler(given)
        kept = dict(cast("dict[str, Any]", given))
        found: list[InitErrorDetails] = []
        for key, harmless in cls._anyway().items():
            if key in kept and kept.pop(key) not in (None, *harmless):
                wanted = f"; expected {' or '.join(map(repr, harmless))}, or no such key" if harmless else ""
                found.append(_line((key,), f"{_NOT_OURS}{wanted}"))
        try:
            made = handler(kept)
        except ValidationError as error:
            found += [_again(details) for details in error.errors()]
        else:
            if not found:
                return made
        raise ValidationError.from_exception_data(cls.__name__, found)


def _line(path: tuple[str | int, ...], text: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=path, input=None)


def _again(details: ErrorDetails) -> InitErrorDetails:
    if details["type"] == "value_error":
        return _line(details["loc"], details["msg"].removeprefix("Value error, "))
    return InitErrorDetails(
        type=details["type"], loc=details["loc"], input=details["input"], ctx=details.get("ctx", {})
    )
