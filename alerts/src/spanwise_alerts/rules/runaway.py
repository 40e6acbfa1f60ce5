"""`kind: runaway`: a run in flight that goes in circles, or burns more than it may."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.quantity import Quantity
from spanwise_alerts.receivers.posted import PublicUrl
from spanwise_alerts.receivers.secret_file import SecretFile, held
from spanwise_alerts.rule import COLLECTOR, TIERS, Amount, Duration, Held, Rule, Section, TierName, refuse
from spanwise_alerts.rules.measured import in_order, keyed
from spanwise_alerts.secret import SecretText
from spanwise_schema.runaway import BY_NAME, MOST_PERIOD, SIGNS

RUN: Final = "run"
"""The label that has the run's trace id."""
DIMENSIONS: Final = ("service", "agent", "environment", "tenant")
_LEAST_SECRET: Final = 24
_NUMBERS: Final = tuple(sign.name for sign in SIGNS if sign.name != "cost_per_minute")


class Burnt(Held):
    """One tier: how much must have been burnt since the run went wrong."""

    burnt: Amount | None = Field(default=None, description="so much money since it began", examples=["$1"])

    @field_validator("burnt")
    @classmethod
    def _money(cls, burnt: Quantity | None) -> Quantity | None:
        return None if burnt is None else _dollars(burnt)


class Stop(Section):
    """Who is told to stop the run; what is told is signed."""

    allow_private: bool = Field(
        default=False, description="also where it leads to loopback or a private network (default false)"
    )
    url: PublicUrl = Field(
        description="where to POST; shown as *** everywhere", examples=["https://agents.example.com/stop"]
    )
    secret_file: SecretFile | None = Field(
        default=None, description="signs what is sent, as Standard Webhooks do", examples=["/run/secrets/stop"]
    )
    secret_text: SecretText | None = Field(
        default=None, alias="secret", description="the secret itself, in place of secret_file; shown as ***"
    )
    timeout_s: Duration = Field(default=10.0, alias="timeout", gt=0, description="for each answer (default 10s)")
    tier: TierName | None = Field(default=None, description="from which tier on (default the gravest of the rule)")

    def secret(self) -> str:
        """Return what is signed with, read anew.

        Raises:
            OSError: its file cannot be read any more.
            ValueError: nor is it text any more.
        """
        found = held(self.secret_text, self.secret_file)
        return found.text if found else ""

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if bool(self.secret_text) == bool(self.secret_file):
            refuse([(("secret_file",), "expected either it or `secret`; whoever stops a run must know that it is us")])
        elif len(self.secret().removeprefix("whsec_")) < _LEAST_SECRET:
            refuse([(("secret_file",), "expected a secret of at least 24 bytes (what was found is not shown)")])
        return self


def _warning() -> dict[TierName, Burnt]:
    return {"warning": Burnt()}


def _usual(name: str) -> Any:  # noqa: ANN401  a default, as pydantic takes it
    sign = BY_NAME[name]
    usual = "default: not looked at" if sign.default is None else f"default {sign.default:g}; 0: not looked at"
    return Field(default=sign.default, description=f"{sign.help} ({usual})")


class Runaway(Rule):
    """Runs in flight, each with an alert of its own."""

    words: ClassVar[tuple[str, ...]] = (
        "why", "sign", "cycle", "repetitions", "burnt", "spent", "tokens", "projected", "since",
    )  # fmt: skip

    kind: Literal["runaway"] = Field(description="a run that loops or burns", examples=["runaway"])  # pyright: ignore[reportIncompatibleVariableOverride] - the one word it may be
    by: tuple[str, ...] = Field(
        default=("service", "agent", RUN), description="labels of the alert; `run`, its trace id, is always there"
    )
    where: dict[str, str] = Field(default_factory=dict[str, str], description="only these; without it all")
    repeats: float | None = _usual("repeats")
    cycle: int = Field(
        default=MOST_PERIOD, ge=1, le=MOST_PERIOD, description=f"so many turns a cycle has (default {MOST_PERIOD})"
    )
    same_error: float | None = _usual("same_error")
    no_progress: float | None = _usual("no_progress")
    cost_per_minute: Amount | None = Field(
        default=Quantity(10.0, "$", "$10"), description="what may be spent in a minute (default $10; 0: not looked at)"
    )
    tokens_per_minute: float | None = _usual("tokens_per_minute")
    context_growth: float | None = _usual("context_growth")
    depth: float | None = _usual("depth")
    fan_out: float | None = _usual("fan_out")
    tiers: dict[TierName, Burnt] = Field(
        default_factory=_warning, description="each with `burnt`; without it a warning, whatever was burnt"
    )
    stop: Stop | None = Field(default=None, description="who is told to stop the run; without it nobody")
    summary: str = Field(
        default="{{ agent or service or 'an agent' }} {{ why }}: {{ burnt }} burnt, {{ projected }} an hour",
        description="one line",
    )

    @property
    def unit(self) -> str:
        """Dollars that were burnt."""
        return "USD"

    @property
    def bounds(self) -> dict[str, float]:
        """From where each sign counts; of those that are looked at."""
        asked: dict[str, float | None] = {name: getattr(self, name) for name in _NUMBERS}
        asked["cost_per_minute"] = self.cost_per_minute.value if self.cost_per_minute else None
        return {sign.name: bound for sign in SIGNS if (bound := asked[sign.name])}

    def threshold_of(self, tier: TierName) -> float | None:
        """Return what must have been burnt."""
        burnt = self.tiers[tier].burnt if tier in self.tiers else None
        return burnt.value if burnt else None

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        found = super()._beside(raw)
        by = raw.get("by")
        if isinstance(by, (list, tuple)) and RUN not in by:
            found.append((("by",), f"expected {RUN!r} among them: each run is an alert of its own"))
        for key, known in (("by", (*DIMENSIONS, RUN)), ("where", DIMENSIONS)):
            found += [((key, place), expected(name, known)) for place, name in keyed(raw.get(key)) if name not in known]
        if raw.get("source", COLLECTOR) != COLLECTOR:
            found.append((("source",), f"got {raw['source']!r}, expected {COLLECTOR}: nobody else knows of runs"))
        return found

    @field_validator(*_NUMBERS)
    @classmethod
    def _looked_at(cls, bound: float | None, info: Any) -> float | None:  # noqa: ANN401  pydantic's
        least = BY_NAME[info.field_name].least
        if bound and bound < least:
            raise ValueError(f"got {bound:g}, expected 0 or at least {least:g}")
        return bound

    @field_validator("cost_per_minute")
    @classmethod
    def _money(cls, bound: Quantity | None) -> Quantity | None:
        least = BY_NAME["cost_per_minute"].least
        if bound and _dollars(bound).value and bound.value < least:
            raise ValueError(f"got {bound.text!r}, expected 0 or at least ${least:g}")
        return bound

    @field_validator("tiers")
    @classmethod
    def _ordered(cls, tiers: dict[TierName, Burnt]) -> dict[TierName, Burnt]:
        ordered, before = in_order(tiers, TIERS), 0.0
        for name, tier in ordered.items():
            now = tier.burnt.value if tier.burnt else 0.0
            if now < before:
                refuse([((name, "burnt"), f"got {now:g}, expected at least what a milder tier has")])
            before = now
        return ordered


def _dollars(amount: Quantity) -> Quantity:
    if amount.sign not in {"$", ""} or amount.value < 0:
        raise ValueError(f"got {amount.text!r}, expected dollars, such as $1")
    return amount
