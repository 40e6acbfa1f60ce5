"""The tables: alerts, what they say, what was told, silences, attention, letters, audit, watching, detectors."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA: Final = MetaData()
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER up by itself

ALERTS: Final = Table(
    "alerts",
    METADATA,
    Column("fingerprint", String(16), primary_key=True),
    Column("rule", Text, nullable=False),
    Column("state", JSON, nullable=False),
)

NOTICES: Final = Table(
    "notices",
    METADATA,
    Column("fingerprint", String(16), primary_key=True),
    Column("notice", JSON, nullable=False),
    Column("expires_s", Float),
    Column("timeout", Boolean, nullable=False),
)

NOTIFICATION_LOG: Final = Table(
    "notification_log",
    METADATA,
    Column("group_key", Text, primary_key=True),
    Column("receiver", Text, primary_key=True),
    Column("told", JSON, nullable=False),
)

SILENCES: Final = Table(
    "silences",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("silence", JSON, nullable=False),
)

ATTENTION: Final = Table(
    "attention",
    METADATA,
    Column("fingerprint", String(16), primary_key=True),
    Column("attention", JSON, nullable=False),
)

OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("first_key", String(64), nullable=False),
    Column("channel", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("message", JSON, nullable=False),
    Column("status", String(9), nullable=False),  # pending, delivered, dead
    Column("attempts", Integer, nullable=False),
    Column("due_s", Float, nullable=False),
    Column("created_s", Float, nullable=False),
    Column("ended_s", Float),
    Column("reason", Text, nullable=False),
)
Index("outbox_waiting", OUTBOX.c.status, OUTBOX.c.channel, OUTBOX.c.group_key, OUTBOX.c.id)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("id", _NUMBER, primary_key=True),
    Column("at_s", Float, nullable=False),
    Column("what", String(20), nullable=False),  # see Happening
    Column("fingerprint", String(16), nullable=False),
    Column("letter", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
)
Index("audit_of_alert", AUDIT.c.fingerprint, AUDIT.c.id)
Index("audit_of_letter", AUDIT.c.letter)
Index("audit_by_time", AUDIT.c.at_s)

WATCHED: Final = Table(
    "watched",
    METADATA,
    Column("rule", Text, primary_key=True),
    Column("at_s", Float, nullable=False),
)

DETECTORS: Final = Table(
    "detectors",
    METADATA,
    Column("rule", Text, primary_key=True),
    Column("chunk", Integer, primary_key=True),
    Column("state", LargeBinary, nullable=False),
)

BANDS: Final = Table(
    "bands",
    METADATA,
    Column("rule", Text, primary_key=True),
    Column("until_s", Float, primary_key=True),
    Column("bands", LargeBinary, nullable=False),
)
Index("bands_by_time", BANDS.c.until_s)
