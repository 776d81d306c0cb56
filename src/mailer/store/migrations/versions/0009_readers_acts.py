"""What readers followed, opened and passed on, where they agreed to that."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Clicks and opens by delivery, visits by share link."""
    op.create_table(
        "reader_clicks",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("n", sa.SmallInteger(), nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "delivery_id"],
            ["deliveries.campaign_id", "deliveries.id"],
            name=op.f("fk_reader_clicks_campaign_id_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "delivery_id", "n", name=op.f("pk_reader_clicks")),
    )
    op.create_table(
        "reader_opens",
        sa.Column("campaign_id", BIG, nullable=False),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("first_at", TIME, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id", "delivery_id"],
            ["deliveries.campaign_id", "deliveries.id"],
            name=op.f("fk_reader_opens_campaign_id_delivery_id"),
        ),
        sa.PrimaryKeyConstraint("campaign_id", "delivery_id", name=op.f("pk_reader_opens")),
    )
    op.create_table(
        "share_visits",
        sa.Column("share_id", sa.Text(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id"], ["share_links.id"], name=op.f("fk_share_visits_share_id")
        ),
        sa.PrimaryKeyConstraint("share_id", "machine", name=op.f("pk_share_visits")),
    )
