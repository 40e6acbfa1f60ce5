"""The first tables."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "alerts",
        sa.Column("fingerprint", sa.String(16), primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("fingerprint", sa.String(16), primary_key=True),
        sa.Column("notice", sa.JSON, nullable=False),
        sa.Column("expires_s", sa.Float),
        sa.Column("timeout", sa.Boolean, nullable=False),
    )
    op.create_table(
        "notification_log",
        sa.Column("group_key", sa.Text, primary_key=True),
        sa.Column("receiver", sa.Text, primary_key=True),
        sa.Column("told", sa.JSON, nullable=False),
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("silence", sa.JSON, nullable=False),
    )
    op.create_table(
        "watched",
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("at_s", sa.Float, nullable=False),
    )
    _outbox()
    _audit()


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("first_key", sa.String(64), nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("group_key", sa.Text, nullable=False),
        sa.Column("message", sa.JSON, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_s", sa.Float, nullable=False),
        sa.Column("created_s", sa.Float, nullable=False),
        sa.Column("ended_s", sa.Float),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("outbox_waiting", "outbox", ["status", "channel", "group_key", "id"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("at_s", sa.Float, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("letter", sa.String(64), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("audit_of_alert", "audit", ["fingerprint", "id"])
    op.create_index("audit_of_letter", "audit", ["letter"])
    op.create_index("audit_by_time", "audit", ["at_s"])


def downgrade() -> None:
    """Drop them."""
    for table in ("audit", "outbox", "watched", "silences", "notification_log", "notices", "alerts"):
        op.drop_table(table)
