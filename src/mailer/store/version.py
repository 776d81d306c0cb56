"""Which shape the database has, and how it gets the one we need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, MetaData, String, Table, func, inspect, select

from mailer.store.engine import Store
from mailer.store.errors import NewDatabaseError, OldDatabaseError

# Every command asks for the version and nearly none has anything to upgrade: Alembic, a quarter of
# a second's import, is fetched by an upgrade alone.
if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
_NOTE = Table("alembic_version", MetaData(), Column("version_num", String(32)))
# Any number that nothing else in the same database locks.
_UPGRADE_LOCK = 0x6D61696C6572


def upgrade(store: Store) -> tuple[str | None, str]:
    """Bring the database to our version; returns the version it had and the one it has.

    Raises NewDatabaseError where a later mailer was here before.
    """
    with store.write() as connection:
        _wait_for_other_upgrades(connection)
        before = _version(connection)
        _refuse_newer(before)
        from alembic import command

        config = migrations_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, _head()


def check_version(store: Store) -> None:
    """Return when the database has our version, having made it where there is none at all.

    Raises OldDatabaseError or NewDatabaseError before anything is read or written.
    """
    with store.read() as connection:
        version = _version(connection)
    if version == _head():
        return
    if version is None:
        upgrade(store)
        return
    _refuse_newer(version)
    raise OldDatabaseError(
        f"the database has version {version}, this mailer needs {_head()}",
        mend="make a copy of it, then run: mailer db upgrade",
    )


def _wait_for_other_upgrades(connection: Connection) -> None:
    """Two commands that meet a new database at once: the second finds the first one's work."""
    if connection.dialect.name == "postgresql":  # SQLite's writers wait for each other anyway
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_NOTE.name):
        return None
    return connection.scalar(select(_NOTE.c.version_num))


def known_versions() -> list[str]:
    """The versions a database may have, the oldest first: the numbers of the migrations' files."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _head() -> str:
    return known_versions()[-1]


def _refuse_newer(version: str | None) -> None:
    if version is not None and version not in known_versions():
        raise NewDatabaseError(
            f"the database has version {version}, which this mailer does not know",
            mend="a later mailer made it: install that version or a later one",
        )


def migrations_config() -> Config:
    """What Alembic is told of our migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
