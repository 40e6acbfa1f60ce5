"""Write a plan: a handful of statements, however many alerts it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Column, Connection, Table, and_, delete, insert, or_

from spanwise_alerts.plan import Plan
from spanwise_alerts.record.rows import (
    alert_row,
    attention_row,
    audit_row,
    log_row,
    notice_row,
    outbox_row,
    silence_row,
)
from spanwise_alerts.record.tables import ALERTS, ATTENTION, AUDIT, NOTICES, NOTIFICATION_LOG, OUTBOX, SILENCES

_AT_ONCE: Final = 500
K = TypeVar("K")
V = TypeVar("V")


def write(db: Connection, plan: Plan) -> None:
    """Write a plan within the transaction of `db`."""
    _replace(db, ALERTS, ALERTS.c.fingerprint, plan.held, [alert_row(k, v) for k, v in _some(plan.held)])
    _replace(db, NOTICES, NOTICES.c.fingerprint, plan.kept, [notice_row(k, v) for k, v in _some(plan.kept)])
    _replace(db, SILENCES, SILENCES.c.id, plan.silences, [silence_row(v) for _, v in _some(plan.silences)])
    _replace(
        db, ATTENTION, ATTENTION.c.fingerprint, plan.attention, [attention_row(v) for _, v in _some(plan.attention)]
    )
    log = NOTIFICATION_LOG
    for some in _chunks(list(plan.entries)):
        these = or_(*(and_(log.c.group_key == key, log.c.receiver == receiver) for key, receiver in some))
        db.execute(delete(log).where(these))
    _insert(db, log, [log_row(entry) for _, entry in _some(plan.entries)])
    _insert(db, OUTBOX, [outbox_row(letter, plan.now_s) for letter in plan.letters])
    _insert(db, AUDIT, [audit_row(happening) for happening in plan.audit])


def _replace(
    db: Connection, table: Table, key: Column[Any], changed: Mapping[str, object], rows: list[dict[str, Any]]
) -> None:
    for some in _chunks(list(changed)):
        db.execute(delete(table).where(key.in_(some)))
    _insert(db, table, rows)


def _insert(db: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        db.execute(insert(table), rows)


def _some(changed: Mapping[K, V | None]) -> Iterator[tuple[K, V]]:
    return ((key, value) for key, value in changed.items() if value is not None)


def _chunks(keys: Sequence[K]) -> Iterator[list[K]]:
    # databases bound the number of parameters of a statement
    rest = iter(keys)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
