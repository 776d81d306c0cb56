"""Seals cover every record once, chain on, and tell nobody who reads."""

import gzip
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from builders import KEYS, NOW, WORDING, add_readers
from consent.ledgers import check, grow, ticking
from mailer.audience import ensure_list
from mailer.consent import Entry, Proof, heads, record, seal, sealing, wording_id
from mailer.store import Store
from mailer.store.tables import Action, Channel, ConsentRecord, Seal, SealedRecord


def test_an_empty_ledger_needs_no_seal(store: Store, copies: Path) -> None:
    assert seal(store, copies, ticking()) == []
    assert check(store, copies).is_whole


def test_each_seal_covers_what_is_new_and_names_the_one_before(store: Store, copies: Path) -> None:
    made = grow(store, copies, seals=3, each=4, late=2)
    with store.read() as connection:
        assert heads(connection) == made[::-1]
        assert heads(connection, limit=1) == made[-1:]
        chain = connection.execute(select(Seal.previous, Seal.head).order_by(Seal.id)).all()
    assert [one.count for one in made] == [4, 4, 4]
    assert [row.previous for row in chain] == ["0" * 64, *(one.head for one in made[:-1])]
    seen = check(store, copies, *(one.head for one in made))
    assert (seen.is_whole, seen.records, seen.unsealed, seen.seals) == (True, 12, 2, 3)
    assert seen.newest == made[-1]


def test_where_all_is_sealed_nothing_is_written(store: Store, copies: Path) -> None:
    grow(store, copies, seals=1, each=2)
    assert seal(store, copies, ticking()) == []
    assert len(list(copies.iterdir())) == 1


def test_a_long_ledger_gets_several_seals_at_once(
    store: Store, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST_RECORDS", 3)
    add_readers(store, 7)
    told: list[int] = []
    made = seal(store, copies, ticking(), tell=told.append)
    assert [one.count for one in made] == told == [3, 3, 1]
    assert check(store, copies).is_whole


def test_a_record_that_commits_later_with_a_lower_id_is_sealed_too(
    postgres_url: str, copies: Path
) -> None:
    store = Store(postgres_url)
    add_readers(store, 1)
    with store.write() as slow:
        entry = Entry(
            subject="s",
            list_id=ensure_list(slow, "cafe"),
            action=Action.CONFIRMED,
            channel=Channel.PAGE,
            place="/k",
            stated_at=NOW,
            proof=Proof(address="lent@courrier.example"),
            wording_id=wording_id(slow, WORDING, "fr", now=NOW),
        )
        lower = record(slow, KEYS, entry, now=NOW)
        add_readers(store, 1, first=2)
        [first] = seal(store, copies, ticking())
        assert first.count == 2
    [second] = seal(store, copies, ticking())
    with store.read() as connection:
        covered = select(SealedRecord.consent_id).where(SealedRecord.seal_id == second.number)
        assert connection.scalars(covered).all() == [lower]
        assert lower < max(connection.scalars(select(ConsentRecord.id)))
    assert check(store, copies, first.head).is_whole
    store.close()


def test_sealing_from_many_sides_at_once_makes_one_chain(database_url: str, copies: Path) -> None:
    stores = [Store(database_url) for _ in range(4)]
    add_readers(stores[0], 5)
    ready = threading.Barrier(len(stores))
    made: list[int] = []

    def at_once(store: Store) -> None:
        ready.wait()
        made.extend(one.count for one in seal(store, copies, ticking()))

    threads = [threading.Thread(target=at_once, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [5]
    assert check(stores[0], copies).is_whole
    for store in stores:
        store.close()


def test_who_was_erased_is_missed_by_nobody(store: Store, copies: Path) -> None:
    """GDPR 17: evidence goes, the record and its seal stay and verify."""
    [made] = grow(store, copies, seals=1, each=3)
    with store.write() as connection:
        connection.execute(text("DELETE FROM consent_evidence"))
    assert check(store, copies, made.head).is_whole


def test_a_copy_names_nobody(store: Store, copies: Path) -> None:
    grow(store, copies, seals=1, each=2)
    [copy] = copies.iterdir()
    words = gzip.decompress(copy.read_bytes()).decode()
    assert "courrier" not in words
    with store.read() as connection:
        for subject in connection.scalars(select(ConsentRecord.subject)):
            assert subject not in words


def test_a_record_that_claims_an_older_time_is_named(store: Store, copies: Path) -> None:
    grow(store, copies, seals=1, each=2)
    add_readers(store, 1, first=9, now=NOW - timedelta(days=30))
    [found] = check(store, copies).findings
    assert (found.fault, found.record) == ("inserted", 3)
