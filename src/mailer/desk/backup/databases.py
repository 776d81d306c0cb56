"""A consistent copy of a database that is being written to, and its way back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, inspect, text

from mailer.desk.backup.errors import BackupError
from mailer.store import Store, StoreError, upgrade
from mailer.store.tables import Subscriber

_METADATA = Subscriber.metadata
_VERSION = "alembic_version"


def copy_sqlite(store: Store, file: Path) -> None:
    """The whole database as of one moment, by SQLite's own backup; writers go on meanwhile."""
    with store.read() as connection, closing(sqlite3.connect(file)) as copy:
        source: Any = connection.connection.driver_connection
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


def tables_in_order() -> list[Table]:
    """Every table, those that others refer to first."""
    return list(_METADATA.sorted_tables)


def copy_tables(store: Store, folder: Path) -> Iterator[Path]:
    """Each table's rows in a file of its own, all as of one moment (REPEATABLE READ)."""
    with store.read() as reading:
        connection = reading.execution_options(isolation_level="REPEATABLE READ")
        for table in tables_in_order():
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            file = folder / f"{table.name}.copy"
            with (
                file.open("wb") as rows,
                _cursor(connection) as cursor,
                cursor.copy(f'COPY "{table.name}" ({columns}) TO STDOUT') as copy,
            ):
                for block in copy:
                    rows.write(block)
            yield file


def refuse_filled(store: Store) -> None:
    """Raise BackupError where the database has tables already."""
    with store.read() as connection:
        if inspect(connection).get_table_names():
            raise BackupError(
                "there are tables already in the database that store.url names",
                mend="name an empty one",
            )


def fill_tables(store: Store, tables: Sequence[str], folder: Path) -> None:
    """Make the tables in an empty database, and fill them in one transaction.

    What guards the ledger against later changes is set aside while rows come back as they were.
    """
    upgrade(store)
    known = {table.name: table for table in tables_in_order()}
    with store.write() as connection:
        for name in tables:
            table = known[name]
            columns = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(text(f'ALTER TABLE "{name}" DISABLE TRIGGER USER'))
            with (
                (folder / f"{name}.copy").open("rb") as rows,
                _cursor(connection) as cursor,
                cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy,
            ):
                while block := rows.read(1 << 16):
                    copy.write(block)
            connection.execute(text(f'ALTER TABLE "{name}" ENABLE TRIGGER USER'))
        for name in tables:
            _count_on(connection, known[name])
        # Else PostgreSQL takes full tables for empty ones until it looks (its manual, 14.4.8).
        connection.execute(text("ANALYZE"))


def revision_of(store: Store) -> str:
    """The database's version; raises StoreError where it has none."""
    with store.read() as connection:
        found = connection.scalar(text(f"SELECT version_num FROM {_VERSION}"))  # noqa: S608
    if not isinstance(found, str):
        raise StoreError("the database has no version", mend="run: mailer db upgrade")
    return found


def _cursor(connection: Connection) -> Any:
    raw: Any = connection.connection.driver_connection
    return raw.cursor()


def _count_on(connection: Connection, table: Table) -> None:
    """Let a table's own numbering go on behind its highest id."""
    for column in table.primary_key.columns:
        sequence = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": table.name, "column": column.name},
        )
        if sequence:
            connection.execute(
                text(
                    f'SELECT setval(:sequence, (SELECT coalesce(max("{column.name}"), 0) + 1'  # noqa: S608
                    f' FROM "{table.name}"), false)'
                ),
                {"sequence": sequence},
            )
