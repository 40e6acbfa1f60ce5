"""What happened and what is still to be told, kept in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from spanwise_alerts.alert import Held, Letter
from spanwise_alerts.errors import RecordError
from spanwise_alerts.outbox import Attempt, LetterState, Replayed, Sought
from spanwise_alerts.plan import Happening, Plan, Recorded
from spanwise_alerts.record import detectors, outbox
from spanwise_alerts.record.database import engine_of, try_to_lead
from spanwise_alerts.record.lock import FileLock
from spanwise_alerts.record.migrate import migrate
from spanwise_alerts.record.rows import attention_of, held_from, kept_from, log_from, silence_of
from spanwise_alerts.record.tables import (
    ALERTS,
    ATTENTION,
    AUDIT,
    NOTICES,
    NOTIFICATION_LOG,
    OUTBOX,
    SILENCES,
    WATCHED,
)
from spanwise_alerts.record.trail import Wanted, trail
from spanwise_alerts.record.write import write

T = TypeVar("T")

LETTERS_KEPT_S: Final = 7 * 86400.0
AUDIT_KEPT_S: Final = 30 * 86400.0
BANDS_KEPT_S: Final = 3 * 86400.0


class Store:
    """One connection to a SQLite file (WAL, synced at each commit) or a PostgreSQL, used from one thread of its own.

    Every method raises `RecordError` where the database refuses; then nothing of it happened. With a
    PostgreSQL `await store.lead()` comes before all others: of several replicas only one may read and write.

    Attributes:
        lost: whether the connection to a PostgreSQL broke: this store can do nothing any more.
    """

    def __init__(self, where: Path | URL) -> None:
        self.lost = False
        self._where = where
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alerts-record")
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._lock: FileLock | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._in_thread(self._open)
        except BaseException:
            await self._in_thread(self._leave)
            self._thread.shutdown()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._in_thread(self._leave)
        self._thread.shutdown()

    async def lead(self) -> bool:
        """Become the one that reads and writes, with the tables as this version has them; False where another is it."""
        return await self._in_thread(self._lead)

    async def check(self) -> None:
        """Ask whether the connection still stands; raise `RecordError` where it does not."""
        await self._run(lambda db: db.execute(text("SELECT 1")))

    def _open(self) -> None:
        try:
            self._engine = engine_of(self._where)
            if isinstance(self._where, Path):
                self._lock = FileLock(self._where)
            self._connection = self._engine.connect()
        except (SQLAlchemyError, OSError) as error:
            raise RecordError(f"{self._shown} cannot be opened: {_said(error)}") from error
        if not isinstance(self._where, URL):
            self._lead()

    def _lead(self) -> bool:
        assert self._connection is not None
        try:
            if not try_to_lead(self._connection):
                return False
            migrate(self._connection)
        except SQLAlchemyError as error:
            self._notice(error)
            raise RecordError(f"{self._shown} cannot be used: {_said(error)}") from error
        return True

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._engine is not None:
            self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    @property
    def _shown(self) -> str:
        where = self._where
        return f"the database {where.database} at {where.host}" if isinstance(where, URL) else str(where)

    def _notice(self, error: SQLAlchemyError) -> None:
        self.lost = self.lost or (isinstance(error, DBAPIError) and error.connection_invalidated)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _run(self, work: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            assert self._connection is not None
            if self.lost:
                # the lock went with the connection; a new one might write beside another replica
                raise RecordError(f"the connection to {self._shown} is lost")
            try:
                with self._connection.begin():
                    return work(self._connection)
            except SQLAlchemyError as error:
                self._notice(error)
                raise RecordError(_said(error)) from error

        return await self._in_thread(transaction)

    async def alerts(self) -> list[Held]:
        """Return every alert of ours that is pending or firing, with what it says."""
        joined = ALERTS.outerjoin(NOTICES, ALERTS.c.fingerprint == NOTICES.c.fingerprint)
        query = select(ALERTS, NOTICES.c.notice).select_from(joined)
        return await self._run(lambda db: [held_from(row) for row in db.execute(query).mappings()])

    async def watched(self) -> dict[str, float]:
        """Return when each rule was last watched (Unix time)."""
        return await self._run(lambda db: {row.rule: row.at_s for row in db.execute(select(WATCHED))})

    async def watch(self, watched: Mapping[str, float]) -> None:
        """Keep when rules were last watched, in place of what was kept."""

        def work(db: Connection) -> None:
            db.execute(delete(WATCHED))
            if watched:
                db.execute(insert(WATCHED), [{"rule": rule, "at_s": at_s} for rule, at_s in watched.items()])

        await self._run(work)

    async def recorded(self, since_s: float) -> Recorded:
        """Return what is to be known at a start; changes of alerts since `since_s` (Unix time)."""
        changed = select(AUDIT.c.fingerprint, AUDIT.c.at_s).where(
            AUDIT.c.at_s > since_s, AUDIT.c.what.in_(["fired", "resolved"])
        )

        def work(db: Connection) -> Recorded:
            return Recorded(
                [kept_from(row) for row in db.execute(select(NOTICES)).mappings()],
                [log_from(row) for row in db.execute(select(NOTIFICATION_LOG)).mappings()],
                [silence_of(row) for row in db.execute(select(SILENCES)).mappings()],
                [(fingerprint, at_s) for fingerprint, at_s in db.execute(changed.order_by(AUDIT.c.id))],
                [attention_of(row) for row in db.execute(select(ATTENTION)).mappings()],
            )

        return await self._run(work)

    async def commit(self, plan: Plan) -> None:
        """Keep a plan, all of it or nothing."""
        await self._run(lambda db: write(db, plan))

    async def prune(self, now_s: float) -> None:
        """Forget what was delivered or given up, and what happened, so long ago that nobody asks for it."""

        def work(db: Connection) -> None:
            db.execute(delete(OUTBOX).where(OUTBOX.c.status != "pending", OUTBOX.c.ended_s < now_s - LETTERS_KEPT_S))
            db.execute(delete(AUDIT).where(AUDIT.c.at_s < now_s - AUDIT_KEPT_S))
            detectors.prune(db, now_s - BANDS_KEPT_S)

        await self._run(work)

    async def due(self, channel: str, now_s: float, limit: int) -> list[Letter]:
        """Return letters of a channel that may go now: of each group the oldest only."""
        return await self._run(lambda db: outbox.due(db, channel, now_s, limit))

    async def next_due_s(self, channel: str, after_s: float = 0.0) -> float | None:
        """Return when the next letter of a channel may go of those that may not at `after_s`; None where none waits."""
        return await self._run(lambda db: outbox.next_due_s(db, channel, after_s))

    async def settle(self, attempts: Sequence[Attempt]) -> None:
        """Keep how attempts ended."""
        await self._run(lambda db: outbox.settle(db, attempts))

    async def bury(self, channels: Iterable[str], now_s: float) -> int:
        """Make the waiting letters of all but these channels dead letters; return how many."""
        return await self._run(lambda db: outbox.bury(db, channels, now_s))

    async def letters(self, sought: Sought) -> list[LetterState]:
        """Return letters, the newest first."""
        return await self._run(lambda db: outbox.letters(db, sought))

    async def replay(self, sought: Sought, channels: Collection[str], now_s: float, author: str) -> Replayed:
        """Make dead letters of these channels wait again, with the same keys."""
        return await self._run(lambda db: outbox.replay(db, sought, channels, now_s, author))

    async def detectors(self, rule: str) -> list[bytes]:
        """Return what the detectors of a rule knew when they were kept, in chunks."""
        return await self._run(lambda db: detectors.chunks(db, rule))

    async def keep_detectors(self, rule: str, states: Sequence[bytes], bands: bytes | None, until_s: float) -> None:
        """Keep what the detectors of a rule know, and the bands since the last time up to a moment (Unix time)."""
        await self._run(lambda db: detectors.keep(db, rule, states, bands, until_s))

    async def drop_detectors(self, kept: Collection[str]) -> None:
        """Forget the detectors of all but these rules."""
        await self._run(lambda db: detectors.drop(db, kept))

    async def bands(self, rule: str, since_s: float) -> list[bytes]:
        """Return the bands of a rule that were kept since a moment (Unix time), in order."""
        return await self._run(lambda db: detectors.bands(db, rule, since_s))

    async def trail(self, wanted: Wanted) -> list[Happening]:
        """Return what happened, the oldest first."""
        return await self._run(lambda db: trail(db, wanted))

    async def counts(self, *, delivered: bool = True) -> dict[tuple[str, str], int]:
        """Count letters by channel and status, also those that arrived or not."""
        return await self._run(lambda db: outbox.counts(db, delivered=delivered))


def _said(error: Exception) -> str:
    return str(error.__cause__ or error).strip()
