"""Triggers by which the database itself keeps the ledger append-only and every delivery allowed.

Migrations call these; once a migration has been released, what they emit may not change.
"""

from __future__ import annotations

from alembic import op


def append_only(table: str, *keys: str, erasable: bool = False) -> None:
    """Refuse update, REPLACE and TRUNCATE on `table`, and delete unless rows are `erasable`.

    `keys` are all its unique constraints, each with its columns («seal_id, position»): SQLite's
    REPLACE deletes rows without a trigger's knowledge unless recursive_triggers is on, so the
    insert that would cause it is refused first, whatever the connection's settings.
    """
    if op.get_context().dialect.name == "sqlite":
        _sqlite_append_only(table, keys, erasable=erasable)
    else:
        _postgresql_append_only(table, erasable=erasable)


def _sqlite_append_only(table: str, keys: tuple[str, ...], *, erasable: bool) -> None:
    for event in ("UPDATE",) if erasable else ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    taken = " OR ".join(f"({_same_as_new(key)})" for key in keys)
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _same_as_new(key: str) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))


def _postgresql_append_only(table: str, *, erasable: bool) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    rows = "UPDATE" if erasable else "UPDATE OR DELETE"
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {rows} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


# A foreign key says that the record exists; this says that it allows the mail: granted or
# confirmed, for receiving the campaign's own list, by this very subscriber (GDPR 6(1)(a)).
_ALLOWED = """
    SELECT 1 FROM consent_records r
    JOIN campaigns c ON c.id = NEW.campaign_id AND c.list_id = r.list_id
    JOIN subscribers s ON s.id = NEW.subscriber_id AND s.subject = r.subject
    WHERE r.id = NEW.consent_id AND r.purpose = 'receive'
      AND r.action IN ('granted', 'confirmed')
"""


def deliveries_are_allowed() -> None:
    """Refuse a delivery whose consent record does not allow it, or that changes whom it is for."""
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER deliveries_are_allowed BEFORE INSERT ON deliveries "
            f"WHEN NOT EXISTS ({_ALLOWED}) "
            "BEGIN SELECT RAISE(ABORT, 'no consent allows this delivery'); END"
        )
        op.execute(
            "CREATE TRIGGER deliveries_keep_their_reader "
            "BEFORE UPDATE OF campaign_id, id, subscriber_id, consent_id ON deliveries "
            "WHEN NEW.campaign_id <> OLD.campaign_id OR NEW.id <> OLD.id "
            "OR NEW.consent_id <> OLD.consent_id OR NEW.subscriber_id <> OLD.subscriber_id "
            "OR (OLD.subscriber_id IS NULL AND NEW.subscriber_id IS NOT NULL) "
            "BEGIN SELECT RAISE(ABORT, 'a delivery keeps its reader and its consent'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION deliveries_are_allowed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT EXISTS ({_ALLOWED}) THEN RAISE EXCEPTION 'no consent allows this delivery'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER deliveries_are_allowed BEFORE INSERT ON deliveries "
        "FOR EACH ROW EXECUTE FUNCTION deliveries_are_allowed()"
    )
    op.execute(
        "CREATE FUNCTION deliveries_keep_their_reader() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'a delivery keeps its reader and its consent'; END $$"
    )
    op.execute(
        "CREATE TRIGGER deliveries_keep_their_reader "
        "BEFORE UPDATE OF campaign_id, id, subscriber_id, consent_id ON deliveries FOR EACH ROW "
        "WHEN (NEW.campaign_id <> OLD.campaign_id OR NEW.id <> OLD.id "
        "OR NEW.consent_id <> OLD.consent_id OR NEW.subscriber_id <> OLD.subscriber_id "
        "OR (OLD.subscriber_id IS NULL AND NEW.subscriber_id IS NOT NULL)) "
        "EXECUTE FUNCTION deliveries_keep_their_reader()"
    )
