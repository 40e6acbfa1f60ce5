"""Tiers with a bound: above or below which value they hold, and where they are over."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from spanwise_alerts.faults import Path
from spanwise_alerts.quantity import Quantity
from spanwise_alerts.rule import TIERS, Amount, Held, TierName, refuse

KEYS = ("above", "below", "clear_below", "clear_above")


class Tier(Held):
    """One tier: beyond which value it holds, for how long, and where it is over."""

    above: Amount | None = Field(default=None, description="the threshold; a value on it is no breach")
    below: Amount | None = Field(default=None, description="the threshold, from the other side")
    clear_below: Amount | None = Field(default=None, description="where a tier with `above` is over; its threshold")
    clear_above: Amount | None = Field(default=None, description="where a tier with `below` is over; its threshold")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either `above` or `below`, and not both")
        found: list[tuple[Path, str]] = []
        if self.above is not None and self.clear_above is not None:
            found.append((("clear_above",), "goes with `below`; a tier with `above` clears by `clear_below`"))
        if self.below is not None and self.clear_below is not None:
            found.append((("clear_below",), "goes with `above`; a tier with `below` clears by `clear_above`"))
        if self.above and self.clear_below and self.clear_below.value > self.above.value:
            found.append((("clear_below",), f"got {self.clear_below.text!r}, expected at most the value of `above`"))
        if self.below and self.clear_above and self.clear_above.value < self.below.value:
            found.append((("clear_above",), f"got {self.clear_above.text!r}, expected at least the value of `below`"))
        refuse(found)
        return self

    @property
    def threshold(self) -> Quantity:
        """The value beyond which the tier holds."""
        bound = self.above if self.above is not None else self.below
        assert bound is not None
        return bound

    def breached(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return value > self.threshold.value if self.above is not None else value < self.threshold.value

    def cleared(self, value: float) -> bool:
        """Whether a value ends the tier once it holds: back beyond `clear_*`, else merely no breach."""
        if self.clear_below is not None:
            return value < self.clear_below.value
        if self.clear_above is not None:
            return value > self.clear_above.value
        return not self.breached(value)


def misfits(tiers: Mapping[TierName, Tier], unit: str) -> list[tuple[Path, str]]:
    """Find amounts that are none in this unit."""
    return [
        ((name, key), text)
        for name, tier in tiers.items()
        for key in KEYS
        if (amount := getattr(tier, key)) is not None and (text := misfit(amount, unit))
    ]


def misfit(amount: Quantity, unit: str) -> str:
    """Say why an amount is none in a unit; empty where it is one."""
    match unit:
        case "s" if amount.sign != "s" and amount.value != 0:
            wanted = "a duration with its unit, such as 8s or 500ms"
        case "%" if amount.sign not in {"%", ""} or not 0 <= amount.value <= 1:
            wanted = "a share, such as 5% or 0.05"
        case "USD" | "USD/s" if amount.sign not in {"$", ""}:
            wanted = "an amount of dollars, such as $0.5"
        case "s" | "%" | "USD" | "USD/s":
            return ""
        case _ if amount.sign:
            wanted = "a plain number, such as 50000"
        case _:
            return ""
    return f"got {amount.text!r}, expected {wanted}"


def disorder(tiers: Mapping[TierName, Tier]) -> list[tuple[Path, str]]:
    """Find tiers that are not further out than the milder one before them."""
    found: list[tuple[Path, str]] = []
    present = [(name, tiers[name]) for name in TIERS if name in tiers]
    for (milder, before), (graver, tier) in itertools.pairwise(present):
        side = "above" if tier.above is not None else "below"
        if (before.above is None) != (tier.above is None):
            found.append(((graver, side), f"expected the side that tier `{milder}` has"))
        elif not before.breached(tier.threshold.value):
            found.append(((graver, side), f"got {tier.threshold.text!r}, expected it beyond tier `{milder}`"))
    return found
