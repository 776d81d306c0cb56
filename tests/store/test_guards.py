"""The database itself keeps the ledger append-only, whoever speaks to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from builders import add_readers
from mailer.store import Store

NOW = "'2026-12-01 09:30:00'"
KEPT = ("wordings", "consent_records", "seals", "sealed_records")
ROWS = {
    "wordings": ("id, digest, text, locale, first_used_at", f"{{id}}, '{{n}}', 'x', 'fr', {NOW}"),
    "seals": (
        "id, previous, count, root, head, sealed_at",
        f"{{id}}, 'p{{n}}', 1, 'r', 'h{{n}}', {NOW}",
    ),
    "sealed_records": ("consent_id, seal_id, position", "{id}, 1, {n}"),
}


def add_seal(store: Store) -> None:
    """A second wording, a seal, and the first record under it."""
    with store.write() as connection:
        for table, id_ in (("wordings", 50), ("seals", 1), ("sealed_records", 1)):
            columns, values = ROWS[table]
            row = values.format(id=id_, n=1)
            connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({row})"))


@pytest.fixture
def ledger(store: Store) -> Store:
    """Two readers' entries with evidence, one of them sealed."""
    add_readers(store, 2)
    add_seal(store)
    return store


def everything(store: Store) -> list[object]:
    tables = (*KEPT, "consent_evidence")
    with store.read() as connection:
        return [
            tuple(row)
            for table in tables
            for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1"))
        ]


def refused(store: Store, *statements: str) -> None:
    """Each statement fails with the table's own word, and leaves everything as it was."""
    before = everything(store)
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), store.write() as connection:
            connection.execute(text(statement))
    assert everything(store) == before


CHANGES = {
    "wordings": "text = 'x'",
    "consent_records": "source = 'x'",
    "seals": "count = 9",
    "sealed_records": "seal_id = 2",
}


def test_what_is_kept_for_good_is_neither_changed_nor_deleted(ledger: Store) -> None:
    assert set(CHANGES) == set(KEPT)
    for table, change in CHANGES.items():
        refused(ledger, f"UPDATE {table} SET {change}", f"DELETE FROM {table}")


def test_evidence_may_be_erased_but_not_changed(ledger: Store) -> None:
    refused(ledger, "UPDATE consent_evidence SET address = 'x'")
    with ledger.write() as connection:
        connection.execute(text("DELETE FROM consent_evidence WHERE consent_id = 1"))
    with ledger.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM consent_evidence")) == 1


def test_truncate_is_refused_also_through_what_hangs_together(
    postgres_url: str,
) -> None:
    store = Store(postgres_url)
    add_readers(store, 2)
    refused(
        store,
        *(f"TRUNCATE {table} CASCADE" for table in (*KEPT, "consent_evidence", "lists")),
    )
    store.close()


def replacing(table: str, verb: str) -> Iterator[str]:
    """Statements that would take the place of a row, by each of the table's unique keys."""
    copy = "SELECT * FROM {table} LIMIT 1"
    yield f"{verb} INTO {table} {copy.format(table=table)}"
    if table in ROWS:
        columns, values = ROWS[table]
        # The same key under another id: position 1 of seal 1 for another record, and so on.
        yield f"{verb} INTO {table} ({columns}) VALUES ({values.format(id=2, n=1)})"


STATEMENTS = [
    (table, statement)
    for table in (*KEPT, "consent_evidence")
    for verb in ("REPLACE", "INSERT OR REPLACE")
    for statement in replacing(table, verb)
]


@pytest.fixture(scope="module")
def bare(
    migrated_sqlite: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sqlite3.Connection]:
    """Somebody else's connection: none of our pragmas, references not even checked."""
    path = tmp_path_factory.mktemp("bare") / "mailer.db"
    with closing(sqlite3.connect(str(migrated_sqlite))) as whole:
        path.write_bytes(whole.serialize())
    store = Store(f"sqlite:///{path}")
    add_readers(store, 2)
    add_seal(store)
    store.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA recursive_triggers").fetchone() == (0,)
        yield connection


@pytest.mark.parametrize(("table", "statement"), STATEMENTS)
def test_replace_is_refused_from_a_connection_without_our_pragmas(
    bare: sqlite3.Connection, table: str, statement: str
) -> None:
    before = bare.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
    assert before
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        bare.execute(statement)
    assert bare.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() == before


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE OR REPLACE {} SET rowid = 99"])
def test_update_and_delete_too(bare: sqlite3.Connection, table: str, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        bare.execute(statement.format(table))


def test_a_delivery_is_refused_there_too(bare: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="no consent allows this delivery"):
        bare.execute(
            "INSERT INTO deliveries VALUES (1, 1, 1, 77, 'pending', 0, 0, null, null, null, null)"
        )
