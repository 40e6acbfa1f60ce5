"""`/act/…`: where the links of messages lead. To look is safe, as mail scanners follow links; a button acts."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from jinja2 import PackageLoader
from jinja2.sandbox import SandboxedEnvironment
from starlette.responses import HTMLResponse

from spanwise_alerts.alert import Standing
from spanwise_alerts.attend import Target
from spanwise_alerts.errors import RecordError
from spanwise_alerts.people.act import MOST_CHARS, Act, AlertUnknown
from spanwise_alerts.people.attention import Attention
from spanwise_alerts.people.links import SNOOZED_S, Link, LinkExpired, LinkRefused, SignedLinks, digest_of
from spanwise_alerts.view.desk import Desk
from spanwise_alerts.view.wire import TooLarge, body, rfc3339

_MOST_ROWS: Final = 10
_MOST_BYTES: Final = 4 * MOST_CHARS + 2000
_ASK: Final = {"acknowledge": "Acknowledge", "snooze": "Snooze for 2 hours"}
_DONE: Final = {"acknowledge": "Acknowledged", "snooze": "Snoozed for 2 hours"}
_OVER: Final = "Nothing is to be done: what this message was about is over."

Look = Callable[[], SignedLinks | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One alert of a page; `done` says what people did already."""

    tier: str
    summary: str
    labels: str
    since: str
    done: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows; without `button` it asks for nothing."""

    tone: Literal["ask", "done", "refused"]
    title: str
    text: str = ""
    rows: Sequence[Row] = ()
    more: int = 0
    button: str = ""
    who: str = ""


def routes(desk: Desk, look: Look, now: Callable[[], float]) -> APIRouter:
    """Make the routes; `look` returns who reads links, None where nothing links here."""
    router = APIRouter(tags=["people"])

    @router.api_route("/act/{token}", methods=["GET", "HEAD"], include_in_schema=False)
    async def ask(token: str) -> Response:
        try:
            link = _read(look, token, now())
        except LinkRefused as error:
            return _refused(error)
        return _asked(desk, link)

    @router.post("/act/{token}", include_in_schema=False)
    async def act(token: str, request: Request) -> Response:
        now_s = now()
        try:
            link = _read(look, token, now_s)
            who, comment = _form(await body(request, _MOST_BYTES))
        except LinkRefused as error:
            return _refused(error)
        except TooLarge:
            return _shown(Page("refused", "This is too long"), 413)
        return await _act(desk, link, who or link.who, comment, now_s)

    _ = ask, act
    return router


async def _act(desk: Desk, link: Link, who: str, comment: str, now_s: float) -> Response:
    until_s = now_s + SNOOZED_S if link.deed == "snooze" else None
    target = Target((link.fingerprint,) if link.fingerprint else (), (), link.group, link.begun_by_s)
    about = list(_about(desk, link))
    try:
        marks = await desk.act(target, Act(link.deed, who, comment, until_s), now_s)
    except AlertUnknown:
        marks = []
    except ValueError as error:
        return _shown(Page("refused", "This cannot be done", str(error)), 400)
    except RecordError as error:
        return _shown(Page("refused", "Not recorded, nothing changed", f"Try again: {error}"), 503)
    if not marks:
        return _shown(Page("refused", "It is over", _OVER), 410)
    text = f"by {who}" + (f": {comment}" if comment else "")
    done = [standing for standing in about if standing.notice.fingerprint in marks]
    return _shown(_listed(Page("done", _DONE[link.deed], text), done, desk))


def _asked(desk: Desk, link: Link) -> Response:
    about = list(_about(desk, link))
    if not about:
        return _shown(Page("refused", "It is over", _OVER), 410)
    title = _ASK[link.deed]
    title += f": {len(about)} alerts" if len(about) > 1 else f": {about[0].notice.rule}"
    return _shown(_listed(Page("ask", title, button=_ASK[link.deed], who=link.who), about, desk))


def _read(look: Look, token: str, now_s: float) -> Link:
    links = look()
    if links is None:
        raise LinkRefused("This alert manager has no `external_url`: links to it do nothing.")
    return links.read(token, now_s)


def _about(desk: Desk, link: Link) -> Iterable[Standing]:
    """Go through the alerts that a link is about and that fire still, by fingerprint."""
    if link.fingerprint:
        found = (standing for standing in desk.alerts() if standing.notice.fingerprint == link.fingerprint)
    else:
        views = (view for view in desk.groups() if digest_of(view.key) == link.group)
        members = {member.notice.fingerprint: member for view in views for member in view.members}
        found = (member for _, member in sorted(members.items()))
    return (standing for standing in found if standing.notice.starts_at_s <= link.begun_by_s)


def _form(raw: bytes) -> tuple[str, str]:
    """Read who it is and what is said; a click without a form, as of a mail reader, says neither."""
    fields = parse_qs(raw.decode("utf-8", "replace"), max_num_fields=10)
    who, comment = (fields.get(name, [""])[0].strip() for name in ("who", "comment"))
    return who, comment


def _listed(page: Page, about: Sequence[Standing], desk: Desk) -> Page:
    attention = desk.attention()
    rows = [_row(standing, attention.get(standing.notice.fingerprint)) for standing in about[:_MOST_ROWS]]
    return replace(page, rows=rows, more=max(len(about) - _MOST_ROWS, 0))


def _row(standing: Standing, attention: Attention | None) -> Row:
    notice, done = standing.notice, list[str]()
    if attention is not None and attention.acknowledged is not None:
        done.append(f"acknowledged by {attention.acknowledged.by}")
    if attention is not None and attention.snoozed is not None:
        done.append(f"snoozed by {attention.snoozed.by} until {rfc3339(attention.snoozed.until_s)[:16]}Z")
    labels = ", ".join(f"{name}={value}" for name, value in notice.labels.items() if name != "alertname")
    return Row(notice.tier, notice.summary, labels, f"{rfc3339(notice.starts_at_s)[:16]}Z", "; ".join(done))


def _refused(error: LinkRefused) -> Response:
    return _shown(Page("refused", "This link does nothing", str(error)), 410 if isinstance(error, LinkExpired) else 403)


def _shown(page: Page, status: int = 200) -> Response:
    text = _templates().get_template("act.html.j2").render(page=page, most_chars=MOST_CHARS)
    headers = {
        # nothing is loaded or run, the form goes nowhere else, and no other page holds this one
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_style()}'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }  # fmt: skip
    return HTMLResponse(text, status, headers)


@functools.cache
def _style() -> str:
    """Return the digest of the style, which stands in the page as the template has it."""
    style = _templates().get_template("act.css").render()
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


@functools.cache
def _templates() -> SandboxedEnvironment:
    loader = PackageLoader("spanwise_alerts", "view/templates")
    return SandboxedEnvironment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
