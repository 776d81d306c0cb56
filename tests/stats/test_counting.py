"""Counts gather in memory, reach the database together, and none is lost when it is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, select

from builders import NOW
from mailer.audience import ensure_list
from mailer.stats import Collector, Followed, Visited
from mailer.store import Store, StoreError
from mailer.store.tables import IssueRow, LinkCount, LinkRow, PageCount

DAY = date(2026, 12, 1)


@pytest.fixture
def issue_id(store: Store) -> int:
    with store.write() as connection:
        list_id = ensure_list(connection, "cafe")
        issue = IssueRow.__table__.insert().values(
            list_id=list_id, number=1, slug="cafe-1", created_at=NOW
        )
        connection.execute(issue)
        id_ = connection.scalars(select(IssueRow.id)).one()
        for n in (1, 2):
            connection.execute(
                LinkRow.__table__.insert().values(
                    issue_id=id_, n=n, url=f"https://x.example/{n}", locale="fr", label=""
                )
            )
    return id_


def counts(store: Store) -> dict[tuple[object, bool], int]:
    with store.read() as connection:
        links = connection.execute(select(LinkCount.n, LinkCount.machine, LinkCount.count)).all()
        pages = connection.execute(select(PageCount.page, PageCount.machine, PageCount.count)).all()
    return {(key, machine): count for key, machine, count in [*links, *pages]}


def test_many_events_are_one_transaction_and_add_up(store: Store, issue_id: int) -> None:
    opened = 0

    @contextmanager
    def write() -> Iterator[Connection]:
        nonlocal opened
        opened += 1
        with store.write() as connection:
            yield connection

    collector = Collector(write)

    def follow() -> None:
        for _ in range(100):
            collector.count(Followed(issue_id, 1, DAY, machine=False))

    threads = [threading.Thread(target=follow) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    collector.count(Followed(issue_id, 2, DAY, machine=True))
    collector.count(Visited(issue_id, "share", DAY, machine=False))
    collector.close()
    collector.flush()
    assert opened == 1
    collector.count(Followed(issue_id, 1, DAY, machine=False))
    collector.close()
    assert counts(store) == {(1, False): 401, (2, True): 1, ("share", False): 1}


def test_a_count_is_written_within_a_second_or_two_without_being_asked(
    store: Store, issue_id: int
) -> None:
    collector = Collector(store.write)
    collector.count(Followed(issue_id, 1, DAY, machine=False))
    deadline = time.monotonic() + 20
    while not counts(store) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert counts(store) == {(1, False): 1}


def test_what_the_database_refuses_now_is_counted_later(store: Store, issue_id: int) -> None:
    is_down = True

    @contextmanager
    def write() -> Iterator[Connection]:
        if is_down:
            raise StoreError("the database is busy")
        with store.write() as connection:
            yield connection

    collector = Collector(write)
    collector.count(Followed(issue_id, 1, DAY, machine=False))
    collector.flush()
    is_down = False
    collector.count(Followed(issue_id, 1, DAY, machine=False))
    collector.close()
    assert counts(store) == {(1, False): 2}
