"""The audience, the consent ledger and the guards that keep it append-only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mailer.store.migrations.guards import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """The audience, the consent ledger and the guards that keep it append-only."""
    op.create_table(
        "lists",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sa.UniqueConstraint("key", name=op.f("uq_lists_key")),
    )
    op.create_table(
        "seals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("sealed_at", TIME, nullable=False),
        sa.Column("timestamp_token", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        sa.UniqueConstraint("head", name=op.f("uq_seals_head")),
        sa.UniqueConstraint("previous", name=op.f("uq_seals_previous")),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address_digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=True),
        sa.Column("attributes", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscribers_address_key")),
        sa.UniqueConstraint("subject", name=op.f("uq_subscribers_subject")),
    )
    op.create_index(
        "ix_subscribers_address_digest", "subscribers", ["address_digest"], unique=False
    )
    op.create_table(
        "suppressions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("address_digest", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "bounce",
                "complaint",
                "objection",
                "erasure",
                "operator",
                name="suppressionreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint(
            "address_digest", "scope", name=op.f("uq_suppressions_address_digest_scope")
        ),
    )
    op.create_table(
        "wordings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("first_used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint("digest", name=op.f("uq_wordings_digest")),
    )
    op.create_table(
        "imports",
        sa.Column("id", BIG, nullable=False),
        sa.Column("list_id", BIG, nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_digest", sa.Text(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_imports_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "consent_records",
        sa.Column("id", BIG, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("list_id", BIG, nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "receive",
                "opens",
                "clicks",
                "forwards",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "action",
            sa.Enum(
                "requested",
                "granted",
                "confirmed",
                "withdrawn",
                "objected",
                "annulled",
                "erased",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("stated_at", TIME, nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "form",
                "import",
                "page",
                "mail",
                "admin",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording_id", BIG, nullable=True),
        sa.Column("import_id", BIG, nullable=True),
        sa.Column("evidence_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "wording_id IS NOT NULL OR action NOT IN ('granted', 'confirmed')",
            name=op.f("ck_consent_records_consent_has_wording"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_consent_records_import_id")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_consent_records_list_id")),
        sa.ForeignKeyConstraint(
            ["wording_id"], ["wordings.id"], name=op.f("fk_consent_records_wording_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_records")),
    )
    op.create_index(
        "ix_consent_records_subject_list_id_purpose_id",
        "consent_records",
        ["subject", "list_id", "purpose", "id"],
        unique=False,
    )
    op.create_table(
        "consent_evidence",
        sa.Column("consent_id", BIG, autoincrement=False, nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("ip_prefix", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("file_row", BIG, nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent_records.id"], name=op.f("fk_consent_evidence_consent_id")
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consent_evidence")),
    )
    op.create_table(
        "sealed_records",
        sa.Column("consent_id", BIG, autoincrement=False, nullable=False),
        sa.Column("seal_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["consent_records.id"], name=op.f("fk_sealed_records_consent_id")
        ),
        sa.ForeignKeyConstraint(["seal_id"], ["seals.id"], name=op.f("fk_sealed_records_seal_id")),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_sealed_records")),
        sa.UniqueConstraint("seal_id", "position", name=op.f("uq_sealed_records_seal_id_position")),
    )
    append_only("wordings", "id", "digest")
    append_only("consent_records", "id")
    append_only("consent_evidence", "consent_id", erasable=True)
    append_only("seals", "id", "previous", "head")
    append_only("sealed_records", "consent_id", "seal_id, position")
