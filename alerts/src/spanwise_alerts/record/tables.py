"""The tables: alerts that are pending or firing, letters, what happened, and when each rule was last watched."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, Float, Index, Integer, MetaData, String, Table, Text

METADATA: Final = MetaData()

ALERTS: Final = Table(
    "alerts",
    METADATA,
    Column("fingerprint", String(16), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("state", JSON, nullable=False),
    Column("told", JSON),
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("first_key", String(64), nullable=False),
    Column("channel", Text, nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("notice", JSON, nullable=False),
    Column("status", String(9), nullable=False),  # pending, delivered, dead
    Column("attempts", Integer, nullable=False),
    Column("due_s", Float, nullable=False),
    Column("created_s", Float, nullable=False),
    Column("ended_s", Float),
    Column("reason", Text, nullable=False),
)
Index("outbox_waiting", OUTBOX.c.status, OUTBOX.c.channel, OUTBOX.c.fingerprint, OUTBOX.c.id)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at_s", Float, nullable=False),
    Column("what", String(20), nullable=False),  # fired, upgraded, downgraded, resolved, delivered, retry, dead
    Column("fingerprint", String(16), nullable=False),
    Column("detail", JSON, nullable=False),
)
Index("audit_of_alert", AUDIT.c.fingerprint, AUDIT.c.id)

WATCHED: Final = Table(
    "watched",
    METADATA,
    Column("rule", Text, primary_key=True),
    Column("at_s", Float, nullable=False),
)
