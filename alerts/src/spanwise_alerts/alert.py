"""The nouns of the way: observation, alert, notice, message, letter, outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Protocol

from spanwise_alerts.evidence import Evidence
from spanwise_alerts.rule import TIERS, TierName

Labels = tuple[tuple[str, str], ...]
"""Label pairs, sorted by name, without empty values."""

Status = Literal["firing", "resolved"]
Kind = Literal["fired", "upgraded", "downgraded", "resolved"]


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
        mark: which of the tier's marks was reached, from 0; only budgets have several.
        value: the last one seen; None where there was no data.
    """

    rule: str
    series: Labels
    levels: Mapping[TierName, Level] = field(default_factory=dict[TierName, Level])
    tier: TierName | None = None
    starts_at_s: float | None = None
    step: int = 0
    mark: int = 0
    value: float | None = None
    count: int = 0
    updated_at_s: float = 0.0

    @property
    def over(self) -> bool:
        """Whether no tier holds or waits."""
        return all(level == IDLE for level in self.levels.values())


@dataclass(frozen=True, slots=True)
class Expected:
    """What a series was expected to be; all but the probability in the notice's `unit`.

    Attributes:
        value: the one expected.
        lower: no value from here up to `upper` would have been unusual; None where that side is not watched.
        probability: the share of points that are at least as unusual, as far as the history of the series tells.
    """

    value: float
    lower: float | None
    upper: float | None
    probability: float


@dataclass(frozen=True, slots=True)
class Notice:
    """What an alert says now: it is routed, grouped, muted and told.

    Attributes:
        tier: the tier it has; of a resolved alert the one it had.
        previous_tier: the tier before; None at first.
        rule: which made it; of a pushed alert its `alertname`.
        labels: the identity: `alertname`, the rule's labels, the series' dimensions; or as pushed.
        value: in `unit`; None where there is no data any more, or none was pushed.
        threshold: of `tier`, in `unit`; None where there is none.
        starts_at_s: Unix time; `ends_at_s` is None while it fires.
        fingerprint: of the labels, as Alertmanager computes it.
        step: 1 for the first notice of a firing, then counting.
        mark: which of the tier's marks was reached, from 0.
        annotations: texts beside the labels: `summary`, `description`, `runbook_url`, or as pushed.
        generator_url: where it comes from.
        updated_at_s: Unix time.
        source: `rule` for an alert of ours, `push` for one that others posted.
        expected: of an anomaly, what would have been usual; None for all other alerts.
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
    threshold: float | None
    threshold_text: str
    unit: str
    window_s: float
    count: int
    starts_at_s: float
    ends_at_s: float | None
    fingerprint: str
    step: int
    runbook: str
    links: dict[str, str]
    annotations: dict[str, str] = field(default_factory=dict[str, str])
    generator_url: str = ""
    updated_at_s: float = 0.0
    source: Literal["rule", "push"] = "rule"
    expected: Expected | None = None
    mark: int = 0

    @property
    def grade(self) -> str:
        """What is told again when it changes: the tier, with the mark where there are several."""
        return f"{self.tier}+{self.mark}" if self.mark else self.tier

    @property
    def kind(self) -> Kind:
        """What happened."""
        if self.status == "resolved":
            return "resolved"
        if self.previous_tier is None:
            return "fired"
        return "upgraded" if TIERS.index(self.tier) >= TIERS.index(self.previous_tier) else "downgraded"

    @property
    def routed_labels(self) -> dict[str, str]:
        """The labels as routes, silences and inhibition see them: an alert of ours has `severity`, its tier now."""
        if self.source == "push" or "severity" in self.labels:
            return self.labels
        return {**self.labels, "severity": self.tier}

    def to_dict(self) -> dict[str, Any]:
        """Return the fields, ready for JSON; the mappings are not copied."""
        fields = {name: getattr(self, name) for name in _NOTICE_FIELDS}
        if self.expected is not None:
            fields["expected"] = asdict(self.expected)
        return fields


_NOTICE_FIELDS: Final = tuple(name for name in Notice.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Posted:
    """An alert as others post it.

    Attributes:
        starts_at_s: Unix time; None where it was not said, as `ends_at_s`.
        generator_url: empty where it was not said.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    starts_at_s: float | None = None
    ends_at_s: float | None = None
    generator_url: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not resolved, and how it stands with those who would be told.

    Attributes:
        state: `suppressed` where something holds it back, `unprocessed` until its group was looked at once.
        silenced_by: ids of silences.
        inhibited_by: fingerprints of alerts.
        muted_by: names of time intervals, `flapping`, and `snoozed`.
        receivers: names of those to whom it is routed.
        expires_at_s: when a pushed alert counts as resolved unless it is pushed again; None for one of ours.
    """

    notice: Notice
    state: Literal["active", "suppressed", "unprocessed"]
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    muted_by: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    expires_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group of alerts that are told together.

    Attributes:
        key: as Alertmanager writes it.
        labels: what its members have in common by `group_by`.
        route: the matchers down to its route, as text.
        muted_by: names of time intervals that mute it now.
    """

    key: str
    labels: Mapping[str, str]
    receiver: str
    route: str
    members: tuple[Standing, ...]
    muted_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """An alert of ours that is kept: it is pending or fires.

    Attributes:
        fingerprint: of its labels.
        alert: as it is.
        told: what it says now; None while pending.
    """

    fingerprint: str
    alert: Alert
    told: Notice | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one evaluation does to one alert of ours.

    Attributes:
        fingerprint: of the alert.
        held: the alert as it is now; None once it is over.
        notice: what it says from now on; None where that does not change.
    """

    fingerprint: str
    held: Held | None
    notice: Notice | None = None


Reason = Literal[
    "escalated", "first", "new", "tier", "resolved", "unacknowledged", "unmuted", "repeat", "flapping", "digest",
    "overflow", "reminder", "acknowledged", "test",
]  # fmt: skip
"""Why a message goes out; where several hold, the first of them in this order."""


@dataclass(frozen=True, slots=True)
class Message:
    """One flush of one group to one receiver.

    Attributes:
        group_key: as Alertmanager writes it; messages with the same one arrive in order.
        status: `firing` where one of the notices fires.
        notices: the gravest first, resolved ones last; empty for a reminder.
        headline: said in place of a single notice's summary; empty where the notices speak for themselves.
    """

    group_key: str
    receiver: str
    status: Status
    reason: Reason
    notices: tuple[Notice, ...]
    group_labels: dict[str, str]
    common_labels: dict[str, str]
    common_annotations: dict[str, str]
    headline: str = ""

    @property
    def tier(self) -> TierName:
        """The gravest tier of what fires; of what resolved where nothing fires; `info` without notices."""
        return self.notices[0].tier if self.notices else "info"

    @property
    def summary(self) -> str:
        """One line: the headline, the only notice's summary, or how many there are."""
        if self.headline or not self.notices:
            return self.headline
        more = len(self.notices) - 1
        return f"{self.notices[0].summary} (and {more} more)" if more else self.notices[0].summary


@dataclass(frozen=True, slots=True)
class Letter:
    """One message for one channel.

    Attributes:
        key: the idempotency key; the same at each attempt.
        first_key: the key of the first letter of this thread to this channel.
        channel: such as `team/webhook`.
        attempts: failed ones so far.
        evidence: what was found about each alert, by fingerprint; added on the way out, not recorded.
        actions: what a person can do about it, such as `Acknowledge`: a link for each; added on the way out.
    """

    key: str
    first_key: str
    channel: str
    message: Message
    attempts: int = 0
    evidence: Mapping[str, Evidence] = field(default_factory=dict[str, Evidence])
    actions: Mapping[str, str] = field(default_factory=dict[str, str])


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
