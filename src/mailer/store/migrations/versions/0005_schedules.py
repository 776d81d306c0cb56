"""Slots that are planned, held and let go; what was done with a schedule; pauses; proofs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """A new table of slots: no release before this one has written any."""
    _replace_slots()
    op.create_table(
        "schedule_acts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("slot_id", BIG, nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_schedule_acts_list_id")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_schedule_acts_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_acts")),
    )
    op.create_index("ix_schedule_acts_list_id_made_at", "schedule_acts", ["list_id", "made_at"])
    op.create_table(
        "schedule_pauses",
        sa.Column("id", BIG, nullable=False),
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_schedule_pauses_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedule_pauses")),
    )
    op.create_index("ix_schedule_pauses_list_id", "schedule_pauses", ["list_id"])
    op.create_table(
        "schedule_marks",
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("decided_until", TIME, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_schedule_marks_list_id")),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_schedule_marks")),
    )
    op.create_table(
        "proofs",
        sa.Column("slot_id", BIG, nullable=False),
        sa.Column("lead_seconds", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=True),
        sa.Column("looks", JSON, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_proofs_slot_id")),
        sa.PrimaryKeyConstraint("slot_id", "lead_seconds", name=op.f("pk_proofs")),
    )


def _replace_slots() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:  # there a reference finds its table by name
        op.drop_constraint("fk_campaigns_slot_id", "campaigns", type_="foreignkey")
    op.drop_table("slots")
    op.create_table(
        "slots",
        sa.Column("id", BIG, nullable=False),
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "launched",
                "empty",
                "held",
                "skipped",
                name="slotstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_slots_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("list_id", "at", name=op.f("uq_slots_list_id_at")),
    )
    if not is_sqlite:
        op.create_foreign_key("fk_campaigns_slot_id", "campaigns", "slots", ["slot_id"], ["id"])
