"""`kind: absence`: nothing comes any more of what used to come, or of what is listed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, cast

from pydantic import Field, field_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.rule import TIERS, Duration, Held, TierName
from spanwise_alerts.rules.measured import Measured, in_order

MAX_HISTORY_S: Final = 2 * 86400.0


class Silence(Held):
    """One tier: for how long nothing must come, beyond the window."""


class Absence(Measured):
    """A measure without an observation in the window."""

    kind: Literal["absence"] = Field(description="nothing comes any more", examples=["absence"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    expect: list[dict[str, str]] | None = Field(
        default=None,
        description="the series that must be there, by dimensions of `by`; without it those of `history`",
        examples=[[{"provider": "openai", "model": "gpt-4o"}]],
    )
    history_s: Duration = Field(
        default=86400.0, alias="history", gt=0, le=MAX_HISTORY_S,
        description="what came within so long is expected (default 1d, at most 2d)", examples=["1d"],
    )  # fmt: skip
    tiers: dict[TierName, Silence] = Field(
        description="info, warning, critical; each with `for`", examples=[{"warning": {}, "critical": {"for": "10m"}}]
    )
    summary: str = Field(default="{{ rule }}: nothing came for {{ window }}", description="one line")

    @property
    def measured(self) -> tuple[str, str]:
        """The measure, counted."""
        return self.measure, "count"

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        listed, by = raw.get("expect"), raw.get("by", [])
        found: list[tuple[Path, str]] = []
        for place, series in enumerate(cast("list[object]", listed) if isinstance(listed, list) else []):
            names = cast("dict[str, object]", series) if isinstance(series, dict) else {}
            known = [str(name) for name in cast("list[object]", by)] if isinstance(by, list) else []
            found += [(("expect", place, name), expected(name, known)) for name in names if name not in known]
        return [*super()._beside(raw), *found]

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Silence]) -> dict[TierName, Silence]:
        return in_order(tiers, TIERS)
