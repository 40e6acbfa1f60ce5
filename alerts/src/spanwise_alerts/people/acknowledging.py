"""How acknowledgements end, as the user writes it."""

from __future__ import annotations

from pydantic import Field

from spanwise_alerts.rule import Duration, Section


class Acknowledging(Section):
    """When an acknowledgement ends while its alert goes on firing."""

    timeout_s: Duration | None = Field(
        default=None, alias="timeout", gt=0,
        description="after this time all are told again, unless it was said until when (default: never)",
        examples=["4h"],
    )  # fmt: skip
    ends_when_worse: bool = Field(
        default=True, description="a graver tier ends acknowledgement and snooze (default true)"
    )
