"""What detectors know and what they expected, as rows: a blob a chunk of series, and one a stretch of bands."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select

from spanwise_alerts.record.tables import BANDS, DETECTORS


def chunks(db: Connection, rule: str) -> list[bytes]:
    """Return what the detectors of a rule knew, in order."""
    query = select(DETECTORS.c.state).where(DETECTORS.c.rule == rule).order_by(DETECTORS.c.chunk)
    return [bytes(state) for state in db.scalars(query)]


def keep(db: Connection, rule: str, states: Sequence[bytes], bands: bytes | None, until_s: float) -> None:
    """Keep what the detectors of a rule know, in place of what was kept, and the bands up to a moment (Unix time)."""
    db.execute(delete(DETECTORS).where(DETECTORS.c.rule == rule))
    if states:
        db.execute(
            insert(DETECTORS), [{"rule": rule, "chunk": place, "state": state} for place, state in enumerate(states)]
        )
    if bands is not None:
        db.execute(delete(BANDS).where(BANDS.c.rule == rule, BANDS.c.until_s == until_s))
        db.execute(insert(BANDS).values(rule=rule, until_s=until_s, bands=bands))


def drop(db: Connection, kept: Collection[str]) -> None:
    """Forget the detectors of all but these rules."""
    db.execute(delete(DETECTORS).where(DETECTORS.c.rule.not_in(list(kept))))


def bands(db: Connection, rule: str, since_s: float) -> list[bytes]:
    """Return the bands of a rule that were kept since a moment (Unix time), in order."""
    query = select(BANDS.c.bands).where(BANDS.c.rule == rule, BANDS.c.until_s >= since_s).order_by(BANDS.c.until_s)
    return [bytes(blob) for blob in db.scalars(query)]


def prune(db: Connection, before_s: float) -> None:
    """Forget the bands of long ago."""
    db.execute(delete(BANDS).where(BANDS.c.until_s < before_s))
