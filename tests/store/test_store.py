"""What a database can do wrong is one line that says so; a transaction is all or nothing."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError

from mailer.audience import ensure_list
from mailer.store import Store, StoreError, check_version
from mailer.store.tables import MailingList


def count_lists(store: Store) -> int:
    with store.read() as connection:
        return connection.scalars(select(func.count()).select_from(MailingList)).one()


def list_made(connection: Connection) -> bool:
    return ensure_list(connection, "cafe") > 0


def test_a_writing_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as connection:
        ensure_list(connection, f"cafe{1 // 0}" if list_made(connection) else "")
    assert count_lists(store) == 0


def test_a_reading_transaction_leaves_nothing_either(store: Store) -> None:
    with store.read() as connection:
        connection.execute(text("INSERT INTO lists (key) VALUES ('cafe')"))
    assert count_lists(store) == 0


def test_writers_wait_for_each_other_instead_of_failing(database_url: str) -> None:
    """Each reads before it writes: on SQLite that fails at once unless it began IMMEDIATE."""
    stores = [Store(database_url) for _ in range(4)]
    ready = threading.Barrier(len(stores))

    def write(number: int, store: Store) -> None:
        ready.wait()
        for turn in range(5):
            with store.write() as connection:
                connection.scalar(select(func.count()).select_from(MailingList))
                ensure_list(connection, f"list-{number}-{turn}")

    threads = [threading.Thread(target=write, args=pair) for pair in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count_lists(stores[0]) == 20
    for store in stores:
        store.close()


def test_a_first_command_waits_for_another_one_that_makes_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses to change the kind of journal while somebody writes, and does not wait."""
    file = tmp_path / "new.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TABLE one (n)")
        other.execute("BEGIN IMMEDIATE")
        waits: list[float] = []

        def wait(seconds: float) -> None:
            waits.append(seconds)
            other.execute("COMMIT")

        monkeypatch.setattr("mailer.store.engine.sleep", wait)
        store = Store(f"sqlite:///{file}")
        with store.read() as connection:
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        store.close()
    assert len(waits) == 1


def test_a_database_in_use_is_read_while_somebody_writes(store: Store) -> None:
    with store.write() as connection:
        ensure_list(connection, "cafe")
        assert count_lists(store) == 0
    assert count_lists(store) == 1


def test_a_broken_rule_is_no_trouble_of_the_databases(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(text("INSERT INTO lists (id, key) VALUES (1, 'a'), (2, 'a')"))


def test_sqlite_is_set_up_as_a_server_would_have_it(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    wanted = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "recursive_triggers": 1,
        "busy_timeout": 30_000,
        "cache_size": -32_768,
        "synchronous": 2,
    }
    with store.write() as connection:
        found = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
    assert found == wanted
    store.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite//var/mailer.db", "store.url is no database URL we know"),
        ("mongodb://host/name", "store.url is no database URL we know"),
        ("oracle://scott:tiger@host/name", "store.url is no database URL we know"),
        ("postgresql+psycopg://mailer:tiger@host:port/name", "store.url is no database URL we"),
        ("sqlite:////dev/null/mailer.db", "the database's folder /dev/null cannot be made"),
    ],
)
def test_a_url_that_leads_nowhere_is_one_line(url: str, words: str) -> None:
    with pytest.raises(StoreError) as refused:
        Store(url)
    assert str(refused.value).startswith(words)
    assert "\n" not in str(refused.value)
    assert "tiger" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://mailer:tiger@127.0.0.1:1/name",
        "postgresql+psycopg://mailer:tiger@/name?host=/nowhere/at/all",
    ],
)
def test_a_server_that_is_not_there_is_one_line_without_its_password(url: str) -> None:
    store = Store(url)
    with pytest.raises(StoreError) as refused:
        check_version(store)
    assert str(refused.value).startswith("the database postgresql+psycopg://mailer:***@")
    assert "\n" not in str(refused.value)
    assert "tiger" not in str(refused.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mailer.db").write_text("a text that somebody saved under this name\n" * 50)
    for url in (f"sqlite:///{tmp_path}/mailer.db", f"sqlite:///{tmp_path}"):
        store = Store(url)
        with pytest.raises(StoreError) as refused:
            check_version(store)
        assert "\n" not in str(refused.value)
        store.close()
