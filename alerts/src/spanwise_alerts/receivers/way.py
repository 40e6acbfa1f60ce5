"""One way to tell a receiver, and how a configuration names one or several of a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler

from spanwise_alerts.faults import said
from spanwise_alerts.rule import Duration, Section, refuse


class Way(Section):
    """What every way to tell a receiver can be told."""

    timeout_s: Duration = Field(
        default=10.0, alias="timeout", gt=0, description="for each answer (default 10s)", examples=["10s"]
    )
    send_resolved: bool = Field(default=True, description="tell that an alert is over, too (default true)")

    @property
    def ends(self) -> tuple[str, ...]:
        """Whom it leads to, each with letters of its own: mail addresses; one that has no name."""
        return ("",)

    @property
    def pages(self) -> bool:
        """Whether it keeps an incident for each group, so that it must hear of each group by itself."""
        return False


def one_or_several(way: type[Way]) -> Callable[[Any, ValidatorFunctionWrapHandler], list[Any]]:
    """Make a validator that takes one mapping as a list of one; faults keep the path that the user wrote."""

    def read(raw: Any, handler: ValidatorFunctionWrapHandler) -> list[Any]:  # noqa: ANN401  any YAML
        if isinstance(raw, list):
            return handler(raw)
        try:
            return handler([raw])
        except ValidationError as error:
            refuse([(tuple(details["loc"])[1:], said(details, way)) for details in error.errors()])
            raise

    return read
