"""How we talk to the database: one engine, reading and writing transactions kept apart."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from mailer.store.errors import StoreError

BUSY_SECONDS = 30
BUSY_PAUSE_SECONDS = 0.01
# SQLite's own 2 MB hold the upper pages of no index over a million people: half the time that
# freezing such an audience takes went into reading them again.
CACHE_KIB = 32 * 1024

# SQLite as a server would have it: references checked, erased means overwritten, and REPLACE runs
# the delete triggers that guard the ledger. FULL, because a commit must outlive a power cut: a
# journal is deleted and a withdrawal acknowledged on its word.
PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA recursive_triggers = ON",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    f"PRAGMA cache_size = -{CACHE_KIB}",
)


class Store:
    """The database of a workspace."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(mailer_begin="BEGIN IMMEDIATE")

    @property
    def is_sqlite(self) -> bool:
        """Whether one file and one writer serve us, and not a PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection in a reading transaction."""
        with _explained(self.engine), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a writing transaction: committed at the end, rolled back on error."""
        with _explained(self.engine), self._writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, connect_args=_connect_args(parsed.get_backend_name()))
    except (ArgumentError, ImportError, TypeError, ValueError) as error:
        raise StoreError(
            f"store.url is no database URL we know: {type(error).__name__}",
            mend="write sqlite:///var/mailer.db or postgresql+psycopg://user@host/name",
        ) from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_folder(Path(parsed.database).parent)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the database's folder {folder} cannot be made: {error.strerror}",
            mend="write a path below a folder that we may write to into store.url",
        ) from None


def _connect_args(backend: str) -> dict[str, Any]:
    # Dates, times and numbers mean the same wherever the server stands.
    return {"timeout": BUSY_SECONDS} if backend == "sqlite" else {"options": "-c timezone=UTC"}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    _switch_to_wal(cursor)
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _switch_to_wal(cursor: sqlite3.Cursor) -> None:
    """Readers beside one writer, for good: the file remembers it.

    Where somebody writes to a file that does not remember it yet, SQLite refuses at once, however
    long the busy timeout is: two first commands may meet so.
    """
    deadline = monotonic() + BUSY_SECONDS
    while cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return  # done, or a database that lives in memory and has no journal file
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(BUSY_PAUSE_SECONDS)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins as a reader and then writes may fail at once however long the
    # busy timeout is; one that begins IMMEDIATE waits its turn.
    options = connection.get_execution_options()
    connection.exec_driver_sql(options.get("mailer_begin", "BEGIN"))


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, DatabaseError) as error:
        # A DatabaseError proper («file is not a database») is the database's state; those derived
        # from it (integrity, data, programming) are what we asked for, and a fault of ours.
        if type(error) not in {OperationalError, InterfaceError, DatabaseError}:
            raise
        words = str(error.orig).strip().splitlines()[0]
        raise StoreError(
            f"the database {engine.url.render_as_string(hide_password=True)} says: {words}",
            mend="see that it runs, that its disk has room and that we may write to it",
        ) from error
