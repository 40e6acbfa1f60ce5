"""What a mail shows of a letter, as HTML and as text: plain words of strangers, links that lead where they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from jinja2 import PackageLoader
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from spanwise_alerts.alert import Letter, Notice
from spanwise_alerts.evidence import Evidence
from spanwise_alerts.notify.artist import picture_of
from spanwise_alerts.notify.card import COLOURS, Tone, mark_of
from spanwise_alerts.notify.chart import HEIGHT, WIDTH, described
from spanwise_alerts.notify.plain import cut, plain, safe_link
from spanwise_alerts.quantity import human, human_duration

_MOST_SECTIONS: Final = 5
_MOST_ROWS: Final = 50
_TEXT_CHARS: Final = 2000
_LINE_CHARS: Final = 100
_NAME_CHARS: Final = 40
_LEAST_BAR: Final = 0.02
_TINT: Final[dict[Tone, str]] = {"info": "#dbeafe", "warning": "#fef3c7", "critical": "#fee2e2", "over": "#dcfce7"}


@dataclass(frozen=True, slots=True)
class Chart:
    """An inline picture.

    Attributes:
        cid: its Content-ID, without brackets.
        alt: what it shows, in a line.
    """

    cid: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Section:
    """One alert of a mail, in full.

    Attributes:
        tone: its tier, or that it is over.
        against: the threshold or the usual, in words.
        links: names of ours and links.
        chart: None where nothing was drawn.
    """

    notice: Notice
    evidence: Evidence
    tone: Tone
    against: str
    links: tuple[tuple[str, str], ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class Page:
    """A mail: the first alerts in full, then a row each, then how many there are."""

    letter: Letter
    mark: str
    tone: Tone
    sections: tuple[Section, ...]
    rows: tuple[Notice, ...]
    left: int
    actions: tuple[tuple[str, str], ...]

    @property
    def charts(self) -> list[Chart]:
        """The pictures that its HTML shows."""
        return [section.chart for section in self.sections if section.chart]

    def html(self) -> str:
        """Write it as HTML."""
        return _templates().get_template("mail.html.j2").render(self._names())

    def text(self) -> str:
        """Write it as text."""
        return _templates().get_template("mail.txt.j2").render(self._names())

    def _names(self) -> dict[str, object]:
        return {
            "page": self, "message": self.letter.message, "colours": COLOURS, "tints": _TINT,
            "width": WIDTH, "height": HEIGHT,
        }  # fmt: skip


def page_of(letter: Letter, domain: str) -> Page:
    """Lay a letter out; Content-IDs are in the domain."""
    message = letter.message
    full, rest = message.notices[:_MOST_SECTIONS], message.notices[_MOST_SECTIONS:]
    sections = tuple(_section(notice, letter, domain) for notice in full)
    tone: Tone = message.tier if message.status == "firing" else "over"
    actions = tuple((name, url) for name, raw in letter.actions.items() if (url := safe_link(raw)))
    left = max(len(rest) - _MOST_ROWS, 0)
    return Page(letter, mark_of(message), tone, sections, rest[:_MOST_ROWS], left, actions)


def _section(notice: Notice, letter: Letter, domain: str) -> Section:
    evidence = letter.evidence.get(notice.fingerprint) or Evidence()
    chart = None
    if evidence.chart and evidence.course is not None:
        alt = plain(described(picture_of(evidence.course, notice)), _TEXT_CHARS)
        chart = Chart(f"{notice.fingerprint}.{letter.key[:16]}@{domain}", alt, evidence.chart)
    tone: Tone = "over" if notice.status == "resolved" else notice.tier
    links = tuple((name, url) for name, raw in _leads(notice, evidence) if (url := safe_link(raw)))
    return Section(notice, evidence, tone, _against(notice), links, chart)


def _leads(notice: Notice, evidence: Evidence) -> Iterator[tuple[str, str]]:
    yield "Runbook", notice.runbook
    yield "Board", evidence.board
    for name, url in notice.links.items():
        yield "Numbers" if name == "measure" else plain(name.capitalize(), _LINE_CHARS), url


def _against(notice: Notice) -> str:
    expected = notice.expected
    if expected is None:
        return f"threshold {notice.threshold_text}" if notice.threshold_text else ""
    unit = "%" if notice.value_text.endswith("%") else notice.unit
    lower, upper = (None if bound is None else human(bound, unit) for bound in (expected.lower, expected.upper))
    if lower and upper:
        return f"usually {lower} to {upper}"
    return f"usually at least {lower}" if lower else f"usually at most {upper}"


@cache
def _templates() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=PackageLoader("spanwise_alerts.notify"), autoescape=_escaped, finalize=_seen, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    filters: dict[str, Any] = {
        "utc": _utc, "clock": _clock, "duration": human_duration, "percent": _percent, "bar": _bar, "short": _short,
        "lasted": _lasted, "fact": _fact, "paragraph": _paragraph, "web": safe_link, "name": _name,
    }  # fmt: skip
    environment.filters.update(filters)
    return environment


def _escaped(name: str | None) -> bool:
    return name is not None and ".html." in name


def _seen(value: object) -> object:
    """Leave of a text what can be seen on one line, wherever it is put in; our own markup and lines stay."""
    if type(value) is not str:
        return value
    return cut("".join(char if char.isprintable() else " " for char in value), _TEXT_CHARS)


class _Laid(str):
    """A text whose lines are ours."""

    __slots__ = ()


def _fact(name: str, value: object) -> str:
    return f"{plain(name, _LINE_CHARS):<12} {value}"


def _paragraph(text: str, indent: str = "  ") -> _Laid:
    lines = (plain(line, _TEXT_CHARS) for line in text[: 4 * _TEXT_CHARS].splitlines())
    return _Laid("\n".join(f"{indent}{line}" for line in lines if line))


def _short(text: str) -> str:
    return plain(text, _LINE_CHARS)


def _name(text: str) -> str:
    return plain(text, _NAME_CHARS)


def _utc(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _clock(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%H:%M:%S}"


def _lasted(notice: Notice) -> str:
    end_s = notice.updated_at_s if notice.ends_at_s is None else notice.ends_at_s
    return human_duration(end_s - notice.starts_at_s) if end_s - notice.starts_at_s >= 1 else ""


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.0f} %"


def _bar(share: float) -> Markup:
    return Markup(f"{max(min(share, 1.0), _LEAST_BAR) * 100:.0f}")  # noqa: S704  a number of ours
