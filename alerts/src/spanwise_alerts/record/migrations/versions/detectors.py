"""What detectors know, and the bands that they expected."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "detectors",
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("chunk", sa.Integer, primary_key=True),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "bands",
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("until_s", sa.Float, primary_key=True),
        sa.Column("bands", sa.LargeBinary, nullable=False),
    )
    op.create_index("bands_by_time", "bands", ["until_s"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("bands")
    op.drop_table("detectors")
