"""What a letter says, as every chat can show it: plain texts, each one cut, in lists that end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, TypeVar

from spanwise_alerts.alert import Letter, Message, Notice
from spanwise_alerts.evidence import Contributor, Evidence, Example, Turn
from spanwise_alerts.notify.plain import plain, safe_link
from spanwise_alerts.quantity import human, human_duration

Tone = Literal["info", "warning", "critical", "over"]
COLOURS: Final[dict[Tone, str]] = {"info": "#2563eb", "warning": "#d97706", "critical": "#dc2626", "over": "#16a34a"}

_TITLE_CHARS: Final = 300
_TEXT_CHARS: Final = 600
_VALUE_CHARS: Final = 400
_LINE_CHARS: Final = 200
_NAME_CHARS: Final = 40
_MOST_CONTRIBUTORS: Final = 3
_MOST_SHIFTS: Final = 5
_MOST_EXAMPLES: Final = 4
_MOST_TURNS: Final = 6
_MOST_LABELS: Final = 12
_MOST_ACTIONS: Final = 5
Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class Link:
    """A link that leads where it says; its name is ours."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to know: a name of ours, and a value that may be anybody's."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Part:
    """One alert of a card.

    Attributes:
        title: empty where the card's title says it.
        tone: its tier, or that it is over.
        text: its description; may be empty.
        facts: the most telling first.
        links: where to look, the board first.
        short: whether there was more to say.
    """

    title: str
    tone: Tone
    text: str
    facts: tuple[Fact, ...]
    links: tuple[Link, ...]
    short: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A letter as a chat shows it.

    Attributes:
        mark: `FIRING:critical`, `RESOLVED` or `REMINDER`.
        title: one line.
        tone: of the gravest alert that fires, or that all are over.
        parts: the gravest alerts, in full.
        others: those after them, a line each.
        left: how many more there are.
        actions: what a person can do.
    """

    mark: str
    title: str
    tone: Tone
    parts: tuple[Part, ...]
    others: tuple[str, ...]
    left: int
    actions: tuple[Link, ...]

    @property
    def headline(self) -> str:
        """The mark and the title."""
        return f"[{self.mark}] {self.title}"

    @property
    def more(self) -> str:
        """What it does not show: alerts, facts; empty where it shows all."""
        left = f"and {self.left} more alerts" if self.left > 1 else "and 1 more alert" if self.left else ""
        short = "shortened: there is no room for all facts" if any(part.short for part in self.parts) else ""
        return "; ".join(text for text in (left, short) if text)


@dataclass(frozen=True, slots=True)
class Shape:
    """How much a card shows at most; of each alert of `parts` so many facts and links."""

    parts: int
    others: int
    facts: int
    links: int
    text: bool = True


SHAPES: Final = (
    Shape(5, 20, 12, 8), Shape(3, 20, 12, 8), Shape(1, 10, 12, 8), Shape(1, 3, 4, 3), Shape(1, 0, 1, 0, text=False),
)  # fmt: skip
"""From the fullest to what fits everywhere."""


def fitted(letter: Letter, build: Callable[[Card], Body], fits: Callable[[Body], bool]) -> Body:
    """Build what a channel gets of the fullest card that fits; of the shortest where none does."""
    bodies = (build(card_of(letter, shape)) for shape in SHAPES[:-1])
    return next((body for body in bodies if fits(body)), None) or build(card_of(letter, SHAPES[-1]))


def card_of(letter: Letter, shape: Shape = SHAPES[0]) -> Card:
    """Make the card of a letter, no larger than `shape`."""
    message = letter.message
    title = plain(message.summary, _TITLE_CHARS) or "no summary"
    notices = message.notices
    full, brief = notices[: shape.parts], notices[shape.parts : shape.parts + shape.others]
    parts = [_part(notice, letter.evidence.get(notice.fingerprint), shape) for notice in full]
    if len(notices) == 1 and not message.headline:
        parts = [replace(part, title="") for part in parts]
    return Card(
        mark_of(message), title, message.tier if message.status == "firing" else "over", tuple(parts),
        tuple(plain(_line(notice), _LINE_CHARS) for notice in brief),
        max(len(notices) - shape.parts - shape.others, 0),
        tuple(_links(list(letter.actions.items())[:_MOST_ACTIONS])),
    )  # fmt: skip


def mark_of(message: Message) -> str:
    """Say in a word what a message is about."""
    if message.reason == "reminder":
        return "REMINDER"
    return "RESOLVED" if message.status == "resolved" else f"FIRING:{message.tier}"


def _part(notice: Notice, evidence: Evidence | None, shape: Shape) -> Part:
    found = evidence or Evidence()
    said = [(name, plain(value, _VALUE_CHARS)) for name, value in (*_own_facts(notice), *_found_facts(found))]
    facts = tuple(Fact(name, value) for name, value in said if value)
    links = tuple(_links(_leads(notice, found)))
    text = plain(notice.description, _TEXT_CHARS)
    short = len(facts) > shape.facts or len(links) > shape.links or bool(text and not shape.text)
    return Part(
        plain(_line(notice), _TITLE_CHARS), "over" if notice.status == "resolved" else notice.tier,
        text if shape.text else "", facts[: shape.facts], links[: shape.links], short,
    )  # fmt: skip


def _line(notice: Notice) -> str:
    return f"{'resolved' if notice.status == 'resolved' else notice.tier}: {notice.summary}"


def _own_facts(notice: Notice) -> Iterator[tuple[str, str]]:
    yield "Value", _value(notice)
    yield "Since", _since(notice)
    was = notice.previous_tier if notice.previous_tier != notice.tier else None
    yield "Tier", f"{notice.tier} (was {was})" if was else notice.tier
    yield "Labels", _listed([f"{name}={value}" for name, value in notice.labels.items()], _MOST_LABELS, ", ")
    # a link that is none is shown as the text that it is
    if notice.runbook and not safe_link(notice.runbook):
        yield "Runbook", notice.runbook


def _value(notice: Notice) -> str:
    if not notice.value_text:
        return ""
    text = notice.value_text
    if expected := notice.expected:
        lower, upper = (
            None if bound is None else human(bound, notice.unit) for bound in (expected.lower, expected.upper)
        )
        usual = f"{lower} to {upper}" if lower and upper else f"at least {lower}" if lower else f"at most {upper}"
        text += f", expected {human(expected.value, notice.unit)} ({usual})"
    elif notice.threshold_text:
        text += f", threshold {notice.threshold_text}"
    if notice.count:
        text += f", {notice.count} observations in {human_duration(notice.window_s)}"
    return text


def _since(notice: Notice) -> str:
    end_s = notice.ends_at_s if notice.status == "resolved" else notice.updated_at_s
    text = f"{_utc(notice.starts_at_s)} UTC"
    if notice.status == "resolved" and end_s is not None:
        text += f" until {_utc(end_s)} UTC"
    lasted_s = (end_s or 0.0) - notice.starts_at_s
    return f"{text} ({human_duration(lasted_s)})" if lasted_s >= 1 else text


def _found_facts(found: Evidence) -> Iterator[tuple[str, str]]:
    yield "History", _history(found.history)
    yield "Most of it", _listed([_share(each) for each in found.contributors], _MOST_CONTRIBUTORS)
    yield (
        "Changed",
        _listed([f"{shift.what}: {shift.before} before, {shift.now} now" for shift in found.shifts], _MOST_SHIFTS),
    )
    yield "Traces", _listed([_example(each) for each in found.examples], _MOST_EXAMPLES)
    yield "Not found", found.missing


def _history(turns: tuple[Turn, ...]) -> str:
    kept = turns[-_MOST_TURNS:]
    days = {_utc(turn.at_s)[:10] for turn in kept}
    shown = [f"{_utc(turn.at_s)[0 if len(days) > 1 else 11 :]} {turn.tier or 'over'}" for turn in kept]
    return ", ".join([f"{len(turns) - len(kept)} earlier", *shown] if len(turns) > len(kept) else shown)


def _share(part: Contributor) -> str:
    amount = part.amount_text if part.share is None else f"{part.amount_text} ({part.share * 100:.0f} %)"
    return f"{part.dimension} {part.value}: {amount}"


def _example(example: Example) -> str:
    name = plain(example.summary, _LINE_CHARS) or example.trace_id
    return f"{'failing' if example.failing else 'healthy'}: {name}"


def _leads(notice: Notice, found: Evidence) -> Iterator[tuple[str, str]]:
    yield "Board", found.board
    yield "Runbook", notice.runbook
    failing = 0
    for example in found.examples[:_MOST_EXAMPLES]:
        failing += example.failing
        yield f"Failing trace {failing}" if example.failing else "Healthy trace", example.url
    for name, url in notice.links.items():
        yield "Numbers" if name == "measure" else name.capitalize(), url


def _links(named: Iterable[tuple[str, str]]) -> Iterator[Link]:
    for name, raw in named:
        if url := safe_link(raw):
            yield Link(plain(name, _NAME_CHARS), url)


def _listed(items: list[str], most: int, joint: str = "; ") -> str:
    left = len(items) - most
    return joint.join([*items[:most], f"{left} more"] if left > 0 else items)


def _utc(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S}"
