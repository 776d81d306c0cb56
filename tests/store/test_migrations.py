"""Migrations bring every database to the shape the models describe, and say so when they cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from mailer.store import NewDatabaseError, OldDatabaseError, Store, check_version, upgrade, version
from mailer.store.schema import Model
from store.schema import shape, triggers

OLDEST = "0001"
NEWEST = version.known_versions()[-1]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Store]:
    store = Store(empty_database_url)
    yield store
    store.close()


@pytest.fixture
def second(
    empty: Store, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """Another empty database of the same kind."""
    if empty.is_sqlite:
        store = Store(f"sqlite:///{tmp_path_factory.mktemp('second')}/mailer.db")
    else:
        server = request.getfixturevalue("postgres")
        store = Store(server.url(server.create()))
    yield store
    store.close()


def make_version(store: Store, revision: str) -> None:
    """The database as that version of the mailer left it."""
    config = version.migrations_config()
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def differences(store: Store) -> list[object]:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Model.metadata))


def test_an_empty_database_gets_the_shape_of_the_models(empty: Store) -> None:
    upgrade(empty)
    assert differences(empty) == []


def test_an_upgraded_older_database_is_the_same_as_a_new_one(empty: Store, second: Store) -> None:
    make_version(empty, OLDEST)
    upgrade(empty)
    assert differences(empty) == []
    upgrade(second)
    with empty.read() as upgraded, second.read() as new:
        assert shape(upgraded) == shape(new)
        assert triggers(upgraded) == triggers(new)
        assert len(triggers(new)) > 10


def test_migrations_and_models_agree_to_the_last_check(empty: Store, second: Store) -> None:
    """Also where alembic's comparison does not look: checks, partial indexes, options."""
    upgrade(empty)
    with second.write() as connection:
        Model.metadata.create_all(connection)
    with empty.read() as by_migrations, second.read() as by_models:
        assert shape(by_migrations) == shape(by_models)


def test_an_empty_database_is_made_by_the_first_command(empty: Store) -> None:
    check_version(empty)
    assert upgrade(empty) == (NEWEST, NEWEST)


def test_an_older_database_is_refused_with_the_command_that_mends_it(empty: Store) -> None:
    make_version(empty, OLDEST)
    with pytest.raises(OldDatabaseError) as refused:
        check_version(empty)
    assert str(refused.value) == (
        f"the database has version 0001, this mailer needs {NEWEST}"
        " — make a copy of it, then run: mailer db upgrade"
    )
    with empty.read() as connection:
        assert "campaigns" not in inspect(connection).get_table_names()
    assert upgrade(empty) == ("0001", NEWEST)
    check_version(empty)


def test_a_newer_database_is_refused_by_every_way_in(store: Store) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for way_in in (check_version, upgrade):
        with pytest.raises(NewDatabaseError) as refused:
            way_in(store)
        assert str(refused.value) == (
            "the database has version 9999, which this mailer does not know"
            " — a later mailer made it: install that version or a later one"
        )


def test_what_an_older_database_holds_is_still_there_after_the_upgrade(empty: Store) -> None:
    make_version(empty, OLDEST)
    with empty.write() as connection:
        connection.execute(text("INSERT INTO lists (id, key) VALUES (7, 'cafe')"))
    upgrade(empty)
    with empty.read() as connection:
        assert connection.scalar(text("SELECT key FROM lists WHERE id = 7")) == "cafe"


def test_the_files_tell_the_versions_that_alembic_knows() -> None:
    """Asked of the files, which is quick; each command asks."""
    script = ScriptDirectory.from_config(version.migrations_config())
    assert version.known_versions() == [one.revision for one in script.walk_revisions()][::-1]
    assert script.get_heads() == [NEWEST]


def test_two_first_commands_at_once_make_one_database(empty_database_url: str) -> None:
    stores = [Store(empty_database_url) for _ in range(3)]
    ready = threading.Barrier(len(stores))
    made: list[Store] = []

    def begin(store: Store) -> None:
        ready.wait()
        check_version(store)
        made.append(store)

    threads = [threading.Thread(target=begin, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == len(stores)
    assert differences(stores[0]) == []
    for store in stores:
        store.close()
