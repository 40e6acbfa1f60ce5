"""Escalations as the user writes them: who is called, and who next while nobody acknowledges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Self

from pydantic import Field, field_validator, model_validator

from spanwise_alerts.faults import Path, expected
from spanwise_alerts.receivers.receiver import ReceiverName
from spanwise_alerts.rule import Duration, Section, refuse

_MOST_REPEATS: Final = 100


class Step(Section):
    """Who is called, and when."""

    after_s: Duration = Field(
        default=0.0, alias="after", description="how long after the beginning (default 0s)", examples=["15m"]
    )
    receivers: list[ReceiverName] = Field(default_factory=list[str], description="who is told", examples=[["team"]])
    on_call: list[str] = Field(
        default_factory=list[str], description="names of on_call: whoever has the duty then is told",
        examples=[["primary"]],
    )  # fmt: skip

    @field_validator("on_call", "receivers", mode="before")
    @classmethod
    def _one_or_several(cls, raw: object) -> object:
        return [raw] if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.receivers and not self.on_call:
            raise ValueError("expected somebody to call: `receivers`, `on_call` or both")
        return self


class Escalation(Section):
    """Who is called one after the other until somebody acknowledges."""

    name: str = Field(min_length=1, description="routes name it; no two have the same", examples=["pager"])
    steps: list[Step] = Field(min_length=1, description="in order, each later than the one before")
    repeat: int = Field(
        default=0, ge=0, le=_MOST_REPEATS, description="how often all steps come again after the last one (default 0)"
    )
    repeat_after_s: Duration = Field(
        default=1800.0, alias="repeat_after", gt=0,
        description="how long after the last step they come again (default 30m)", examples=["30m"],
    )  # fmt: skip

    @field_validator("steps")
    @classmethod
    def _forward(cls, steps: list[Step]) -> list[Step]:
        refuse([
            ((place + 1, "after"), f"expected more than the {before.after_s:g}s of the step before")
            for place, (before, step) in enumerate(pairwise(steps))
            if step.after_s <= before.after_s
        ])  # fmt: skip
        return steps

    @property
    def moments_s(self) -> tuple[float, ...]:
        """When each step is due, those of repetitions too, in seconds since the beginning."""
        once = [step.after_s for step in self.steps]
        length_s = once[-1] + self.repeat_after_s
        return tuple(turn * length_s + after_s for turn in range(self.repeat + 1) for after_s in once)

    def step(self, taken: int) -> Step:
        """Return the step after so many."""
        return self.steps[taken % len(self.steps)]


def faults_of_steps(
    escalations: Sequence[Escalation], receivers: Sequence[str], duties: Sequence[str]
) -> Iterator[tuple[Path, str]]:
    """Go through what is wrong with escalations, by path: names of receivers and of on-call that there are not."""
    for place, escalation in enumerate(escalations):
        for at, step in enumerate(escalation.steps):
            for key, names, known in (("receivers", step.receivers, receivers), ("on_call", step.on_call, duties)):
                for nth, name in enumerate(names):
                    if name not in known:
                        yield (place, "steps", at, key, nth), expected(name, known)
