"""Read the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from spanwise_alerts.plan import Happening
from spanwise_alerts.record.tables import AUDIT

_LETTERS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the trail is asked for.

    Attributes:
        fingerprint: of an alert, with the deliveries of what was told of it; empty for all that happened.
        what: only these; empty for all.
        since_s: Unix time, as `until_s`.
        limit: the newest so many.
        letter: only what happened to the one with this key; empty for all.
    """

    fingerprint: str = ""
    what: tuple[str, ...] = ()
    since_s: float = 0.0
    until_s: float = float("inf")
    limit: int = 1000
    letter: str = ""


def trail(db: Connection, wanted: Wanted) -> list[Happening]:
    """Return what happened, the oldest first."""
    clauses: list[ColumnElement[bool]] = [AUDIT.c.at_s >= wanted.since_s]
    if wanted.until_s != float("inf"):
        clauses.append(AUDIT.c.at_s <= wanted.until_s)
    if wanted.what:
        clauses.append(AUDIT.c.what.in_(wanted.what))
    if wanted.letter:
        clauses.append(AUDIT.c.letter == wanted.letter)
    if not wanted.fingerprint:
        return _read(_newest(db, clauses, wanted.limit))
    rows = _newest(db, [*clauses, AUDIT.c.fingerprint == wanted.fingerprint], wanted.limit)
    keys = list(dict.fromkeys(key for row in rows for key in row.detail.get("letters", ())))
    for some in (keys[at : at + _LETTERS_AT_ONCE] for at in range(0, len(keys), _LETTERS_AT_ONCE)):
        rows += _newest(db, [*clauses, AUDIT.c.letter.in_(some)], wanted.limit)
    return _read(sorted(rows, key=lambda row: row.id)[-wanted.limit :])


def _newest(db: Connection, clauses: Iterable[ColumnElement[bool]], limit: int) -> list[Row[Any]]:
    query = select(AUDIT).where(*clauses).order_by(AUDIT.c.id.desc()).limit(limit)
    return list(reversed(list(db.execute(query))))


def _read(rows: Sequence[Row[Any]]) -> list[Happening]:
    return [Happening(row.at_s, row.what, row.fingerprint, row.detail, row.letter) for row in rows]
