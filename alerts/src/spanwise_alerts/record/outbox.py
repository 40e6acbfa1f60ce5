"""Letters in the database: which may go, how attempts ended, which are given up and sent once more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, or_, select, update

from spanwise_alerts.alert import Letter
from spanwise_alerts.outbox import Attempt, LetterState, Replayed, Sought
from spanwise_alerts.plan import Happening
from spanwise_alerts.record.rows import audit_row, letter_from
from spanwise_alerts.record.tables import AUDIT, OUTBOX

UNKNOWN = "its receiver is not configured"


def due(db: Connection, channel: str, now_s: float, limit: int) -> list[Letter]:
    """Return letters of a channel that may go now, of each group the oldest only: first those that waited longest."""
    # their places first: bodies are long, and sorting carries all that is selected
    places = select(OUTBOX.c.id).where(OUTBOX.c.id.in_(_heads(channel)), OUTBOX.c.due_s <= now_s)
    places = places.order_by(OUTBOX.c.due_s, OUTBOX.c.id).limit(limit)
    query = select(OUTBOX).where(OUTBOX.c.id.in_(places)).order_by(OUTBOX.c.due_s, OUTBOX.c.id)
    return [letter_from(row) for row in db.execute(query).mappings()]


def next_due_s(db: Connection, channel: str, after_s: float) -> float | None:
    """Return when the next letter of a channel may go of those that may not at `after_s`; None where none waits."""
    query = select(func.min(OUTBOX.c.due_s)).where(OUTBOX.c.id.in_(_heads(channel)), OUTBOX.c.due_s > after_s)
    return db.scalar(query)


def settle(db: Connection, attempts: Sequence[Attempt]) -> None:
    """Keep how attempts ended."""
    statement = update(OUTBOX).where(OUTBOX.c.key == bindparam("of"))
    put_off = [each for each in attempts if each.outcome.kind == "retry"]
    ended = [each for each in attempts if each.outcome.kind != "retry"]
    if put_off:
        db.execute(
            statement.values(attempts=bindparam("n"), reason=bindparam("why"), due_s=bindparam("at")),
            [{**_tried(each), "at": each.due_s} for each in put_off],
        )
    if ended:
        columns: dict[str, Any] = {
            "attempts": bindparam("n"), "reason": bindparam("why"), "status": bindparam("kind"),
        }  # fmt: skip
        db.execute(
            statement.values(**columns, ended_s=bindparam("at")),
            [{**_tried(each), "kind": each.outcome.kind, "at": each.at_s} for each in ended],
        )
    db.execute(insert(AUDIT), [audit_row(_happening(each)) for each in attempts])


def bury(db: Connection, channels: Iterable[str], now_s: float) -> int:
    """Make the waiting letters of all but these channels dead letters; return how many."""
    lost = (OUTBOX.c.status == "pending") & OUTBOX.c.channel.not_in(list(channels))
    values = {"status": "dead", "ended_s": now_s, "reason": f"{UNKNOWN} any more"}
    return db.execute(update(OUTBOX).where(lost).values(values)).rowcount


def letters(db: Connection, sought: Sought) -> list[LetterState]:
    """Return letters, the newest first."""
    query = select(OUTBOX).where(*_clauses(sought)).order_by(OUTBOX.c.id.desc()).limit(sought.limit)
    return [
        LetterState(
            row["key"], row["channel"], letter_from(row).message, row["status"], row["attempts"], row["created_s"],
            row["due_s"], row["ended_s"], row["reason"],
        )
        for row in db.execute(query).mappings()
    ]  # fmt: skip


def replay(db: Connection, sought: Sought, channels: Collection[str], now_s: float, author: str) -> Replayed:
    """Make dead letters of these channels wait again, with the same keys, and keep who wanted it."""
    found = db.execute(select(OUTBOX.c.key, OUTBOX.c.status, OUTBOX.c.channel).where(*_clauses(sought)))
    status = {key: (status, channel) for key, status, channel in found}
    left = {key: "there is no such letter" for key in sought.keys if key not in status}
    left |= {key: f"it is {state}, not dead" for key, (state, _) in status.items() if state != "dead"}
    dead = {key: channel for key, (state, channel) in status.items() if state == "dead"}
    left |= {key: UNKNOWN for key, channel in dead.items() if channel not in channels}
    again = {key: channel for key, channel in dead.items() if channel in channels}
    if again:
        values = {"status": "pending", "attempts": 0, "due_s": now_s, "ended_s": None}
        db.execute(update(OUTBOX).where(OUTBOX.c.key == bindparam("of")).values(values), [{"of": key} for key in again])
        happened = [
            Happening(now_s, "replayed", "", {"channel": channel, "key": key, "author": author}, key)
            for key, channel in again.items()
        ]
        db.execute(insert(AUDIT), [audit_row(each) for each in happened])
    return Replayed(tuple(again), left)


def counts(db: Connection, *, delivered: bool) -> dict[tuple[str, str], int]:
    """Count letters by channel and status; those that arrived, by far the most, only where they are asked for."""
    query = select(OUTBOX.c.channel, OUTBOX.c.status, func.count()).group_by(OUTBOX.c.channel, OUTBOX.c.status)
    if not delivered:
        query = query.where(OUTBOX.c.status.in_(["pending", "dead"]))
    return {(channel, status): n for channel, status, n in db.execute(query)}


def _clauses(sought: Sought) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [OUTBOX.c.created_s >= sought.since_s]
    if sought.keys:
        clauses.append(OUTBOX.c.key.in_(sought.keys))
    if sought.statuses:
        clauses.append(OUTBOX.c.status.in_(sought.statuses))
    if sought.receiver:
        # names of receivers hold no slash
        own = OUTBOX.c.channel.startswith(f"{sought.receiver}/", autoescape=True)
        clauses.append(or_(OUTBOX.c.channel == sought.receiver, own))
    return clauses


def _tried(attempt: Attempt) -> dict[str, Any]:
    return {"of": attempt.letter.key, "n": attempt.letter.attempts + 1, "why": attempt.outcome.reason}


def _happening(attempt: Attempt) -> Happening:
    letter, outcome = attempt.letter, attempt.outcome
    detail = {
        "channel": letter.channel, "key": letter.key, "attempts": letter.attempts + 1, "reason": outcome.reason
    }  # fmt: skip
    return Happening(attempt.at_s, outcome.kind, "", detail, letter.key)


def _heads(channel: str) -> Select[tuple[int]]:
    waiting = (OUTBOX.c.status == "pending") & (OUTBOX.c.channel == channel)
    return select(func.min(OUTBOX.c.id)).where(waiting).group_by(OUTBOX.c.group_key)
