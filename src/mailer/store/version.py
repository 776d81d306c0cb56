"""Which shape the database has, and how it gets the one we need."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from mailer.store.engine import Store
from mailer.store.errors import NewDatabaseError, OldDatabaseError

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
        config = _config()
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
    return MigrationContext.configure(connection).get_current_revision()


def _head() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise AssertionError("the package holds no migrations")
    return head


def _refuse_newer(version: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if version is not None and version not in known:
        raise NewDatabaseError(
            f"the database has version {version}, which this mailer does not know",
            mend="a later mailer made it: install that version or a later one",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config
