"""What every rule has, whatever its kind: a name, tiers, what to say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Final, Literal, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from spanwise_alerts import wording
from spanwise_alerts.faults import Path, said
from spanwise_alerts.quantity import Quantity, quantity, seconds

TierName = Literal["info", "warning", "critical"]
TIERS: Final[tuple[TierName, ...]] = ("info", "warning", "critical")
"""From the mildest to the gravest."""

COLLECTOR: Final = "collector"
"""The source that needs no configuration."""

_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}")
_LABEL: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def _written(duration_s: float) -> str:
    return f"{duration_s:g}s"


def _as_written(amount: Quantity) -> str:
    return amount.text


# as JSON both are written so that they can be read again
Duration = Annotated[float, BeforeValidator(seconds), PlainSerializer(_written, return_type=str, when_used="json")]
Amount = Annotated[Quantity, PlainValidator(quantity), PlainSerializer(_as_written, return_type=str, when_used="json")]


class Section(BaseModel):
    """A part of the configuration: frozen, and no key that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def refuse(found: Iterable[tuple[Path, str]]) -> None:
    """Raise all of these (path below here, message) as one validation error, or do nothing if there is none."""
    lines = [
        InitErrorDetails(type=PydanticCustomError("value_error", "{text}", {"text": text}), loc=path, input=None)
        for path, text in found
    ]
    if lines:
        raise ValidationError.from_exception_data("rule", lines)


class Held(Section):
    """A tier that knows for how long a breach must last."""

    for_s: Duration = Field(default=0.0, alias="for", description="how long the value must be beyond it")


class Rule(Section):
    """A rule of any kind; `rules/` has one file for each."""

    words: ClassVar[tuple[str, ...]] = ()
    """What sentences of this kind may name beside `wording.NAMES`."""
    every_s: ClassVar[float] = 0.0
    """How often it is evaluated at most; 0 for each tick."""

    kind: str = Field(default="threshold", description="what is judged, and how (default threshold)")
    name: str = Field(description="the alert's name; no two rules have the same", examples=["llm-latency"])
    source: str = Field(
        default=COLLECTOR, description="who is asked: collector, or a name of alerts.sources", examples=[COLLECTOR]
    )
    by: tuple[str, ...] = Field(
        default=(), description="one alert for each; without it one for all", examples=[["provider", "model"]]
    )
    keep_firing_for_s: Duration = Field(
        default=0.0, alias="keep_firing_for", description="how long a tier holds on (default 0s)", examples=["2m"]
    )
    summary: str = Field(
        default="{{ rule }} is {{ value }} (threshold {{ threshold }})",
        description="one line, the subject of a mail; a Jinja2 template",
        examples=["{{ model }} p95 is {{ value }}"],
    )
    description: str = Field(default="", description="more words", examples=["{{ count }} calls in {{ window }}."])
    runbook: str = Field(
        default="", description="a link for whoever is woken", examples=["https://example.com/runbooks/llm-latency"]
    )
    labels: dict[str, str] = Field(
        default_factory=dict[str, str], description="added to every alert", examples=[{"team": "agents"}]
    )

    @property
    def unit(self) -> str:
        """The unit of the alert's value, as the collector names it."""
        return "1"

    @property
    def shown_unit(self) -> str:
        """The unit in which values are told: `%` for a share, else `unit`."""
        return self.unit

    @property
    def measured(self) -> tuple[str, str]:
        """The measure and the statistic that sentences name."""
        return "", ""

    @property
    def looks_back_s(self) -> float:
        """How far back an evaluation looks; what sentences call `window`."""
        return 0.0

    def tier_names(self) -> tuple[TierName, ...]:
        """Name the tiers that it has, the mildest first."""
        held = cast("Mapping[TierName, object]", getattr(self, "tiers", {}))
        return tuple(name for name in TIERS if name in held)

    def wait_s(self, tier: TierName) -> float:
        """Return the tier's `for`."""
        return cast("Held", getattr(self, "tiers")[tier]).for_s  # noqa: B009  each kind has its own type of tier

    def threshold_of(self, tier: TierName) -> float | None:
        """Return the tier's threshold in `unit`; None where it has none, or one that depends on the moment."""
        del tier
        return None

    @model_validator(mode="wrap")
    @classmethod
    def _all_at_once(cls, raw: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:  # noqa: ANN401  any YAML
        found = cls._beside(cast("dict[str, Any]", raw)) if isinstance(raw, dict) else []
        try:
            made = handler(raw)
        except ValidationError as error:
            refuse([*((tuple(details["loc"]), said(details, cls)) for details in error.errors()), *found])
            raise
        refuse(found)
        return made

    @classmethod
    def _beside(cls, raw: Mapping[str, Any]) -> list[tuple[Path, str]]:
        """Find what is wrong between keys; looked at even where other keys are wrong."""
        listed = cast("object", raw.get("by", ()))
        by = [str(name) for name in cast("list[object]", listed)] if isinstance(listed, (list, tuple)) else []
        found: list[tuple[Path, str]] = []
        for key in ("summary", "description"):
            text = raw.get(key, "")
            fault = wording.fault_in(text, (*by, *cls.words)) if isinstance(text, str) else ""
            found += [((key,), fault)] if fault else []
        labels = raw.get("labels")
        taken = {"alertname", "severity", *by}
        for name in cast("dict[str, object]", labels) if isinstance(labels, dict) else ():
            if name in taken:
                found.append((("labels", name), "is taken: every alert has it already"))
            elif not _LABEL.fullmatch(str(name)):
                found.append((("labels", name), "expected letters, digits and _"))
        return found

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError(f"got {name!r}, expected up to 100 letters, digits and _ . : -, such as llm-latency")
        return name

    @field_validator("runbook")
    @classmethod
    def _linked(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"got {url!r}, expected a link that begins with https:// or http://")
        return url
