"""What each sealed record was when it was sealed, so that a changed one can be named."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was sealed before this: the default stands in no row."""
    op.add_column(
        "sealed_records", sa.Column("leaf", sa.LargeBinary(), server_default="", nullable=False)
    )
