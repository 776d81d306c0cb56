"""The public archive: what issues are called, and those published without being sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Titles of issues, editors' decisions, and mails that never left."""
    op.create_table(
        "issue_editions",
        sa.Column("issue_id", BIG, nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("columns", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_issue_editions_issue_id")
        ),
        sa.PrimaryKeyConstraint("issue_id", "locale", name=op.f("pk_issue_editions")),
    )
    op.create_table(
        "archive_entries",
        sa.Column("issue_id", BIG, nullable=False),
        sa.Column("is_shown", sa.Boolean(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("frame", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_archive_entries_issue_id")
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_archive_entries")),
    )
    op.create_table(
        "archive_mails",
        sa.Column("issue_id", BIG, nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["archive_entries.issue_id"], name=op.f("fk_archive_mails_issue_id")
        ),
        sa.PrimaryKeyConstraint("issue_id", "locale", name=op.f("pk_archive_mails")),
    )
