"""The nouns of the way: observation, alert, notice, letter, outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Protocol

from spanwise_alerts.rule import TIERS, TierName

Labels = tuple[tuple[str, str], ...]
"""Label pairs, sorted by name, without empty values."""

Status = Literal["firing", "resolved"]
Kind = Literal["fired", "upgraded", "downgraded", "resolved"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One series of a measure at one moment.

    Attributes:
        value: in the unit of the rule.
        count: observations behind the value.
    """

    labels: Labels
    value: float
    count: int


@dataclass(frozen=True, slots=True)
class Level:
    """Where one tier of one alert stands.

    Attributes:
        active: whether the tier holds.
        since_s: since when the value says otherwise (breached, but `for` is not over; cleared, but
            `keep_firing_for` is not over); Unix time.
    """

    active: bool = False
    since_s: float | None = None


IDLE: Final = Level()


@dataclass(frozen=True, slots=True)
class Alert:
    """One series of one rule that is pending or firing.

    Attributes:
        series: the dimensions of the rule's `by`.
        levels: by tier.
        tier: the gravest active tier; None while pending.
        starts_at_s: when it began to fire; Unix time.
        step: how many changes of tier there were since, that one included.
        value: the last one seen; None where there was no data.
    """

    rule: str
    series: Labels
    levels: Mapping[TierName, Level] = field(default_factory=dict[TierName, Level])
    tier: TierName | None = None
    starts_at_s: float | None = None
    step: int = 0
    value: float | None = None
    count: int = 0
    updated_at_s: float = 0.0

    @property
    def over(self) -> bool:
        """Whether no tier holds or waits."""
        return all(level == IDLE for level in self.levels.values())


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told about one change of one alert.

    Attributes:
        tier: the tier it has; of a resolved alert the one it had.
        previous_tier: the tier told before; None at first.
        labels: the identity: `alertname`, the rule's labels, the series' dimensions.
        value: in `unit`; None where there is no data any more.
        threshold: of `tier`, in `unit`.
        starts_at_s: Unix time; `ends_at_s` is None while it fires.
        fingerprint: of the labels, as Alertmanager computes it.
        group_key: what messages are threaded by.
        step: 1 for the first notice of a firing, then counting.
    """

    status: Status
    tier: TierName
    previous_tier: TierName | None
    rule: str
    summary: str
    description: str
    labels: dict[str, str]
    value: float | None
    value_text: str
    threshold: float
    threshold_text: str
    unit: str
    window_s: float
    count: int
    starts_at_s: float
    ends_at_s: float | None
    fingerprint: str
    group_key: str
    step: int
    runbook: str
    links: dict[str, str]

    @property
    def kind(self) -> Kind:
        """What happened."""
        if self.status == "resolved":
            return "resolved"
        if self.previous_tier is None:
            return "fired"
        return "upgraded" if TIERS.index(self.tier) > TIERS.index(self.previous_tier) else "downgraded"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that is kept: it is pending or fires.

    Attributes:
        fingerprint: of its labels.
        alert: as it is.
        told: the notice told last; None while pending.
    """

    fingerprint: str
    alert: Alert
    told: Notice | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one tick does to one alert; recorded in one transaction.

    Attributes:
        fingerprint: of the alert.
        held: the alert as it is now; None once it is over.
        notice: what is told; None where nothing is.
        letters: the notice for each channel.
    """

    fingerprint: str
    held: Held | None
    notice: Notice | None = None
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice for one channel.

    Attributes:
        key: the idempotency key; the same at each attempt.
        first_key: the key of the first letter of this firing to this channel.
        channel: such as `team/webhook`.
        attempts: failed ones so far.
    """

    key: str
    first_key: str
    channel: str
    notice: Notice
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        kind: `retry` is the receiver's trouble and may pass, `dead` will not.
        reason: for people; empty when delivered.
        retry_after_s: what the receiver asked for.
    """

    kind: Literal["delivered", "retry", "dead"]
    reason: str = ""
    retry_after_s: float = 0.0


class Channel(Protocol):
    """One way to tell one receiver."""

    @property
    def name(self) -> str:
        """Receiver and kind, such as `team/webhook`."""
        ...

    async def send(self, letter: Letter) -> Outcome:
        """Try once."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...
