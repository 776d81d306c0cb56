"""Whoever rewrites the ledger behind the guards' back is found, and the record is named."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from consent.ledgers import check, grow, look, rebuild, unguarded
from mailer.consent import Fault, Head
from mailer.store import Store

SEALS, EACH = 3, 4
SEALED = SEALS * EACH
DIGEST = hashlib.sha256(b"x").hexdigest()

# Everything that a record says, and a lie for each.
LIES = {
    "subject": "'somebody else'",
    "purpose": "'opens'",
    "action": "'granted'",
    "recorded_at": "'2020-01-01 00:00:00'",
    "stated_at": "'2020-01-01 00:00:00'",
    "channel": "'import'",
    "place": "'/elsewhere'",
    "source": "'salon du livre'",
    "wording_id": "2",
    "import_id": "7",
    "list_id": "2",
    "evidence_digest": "'00'",
}
RECORDS = st.integers(min_value=1, max_value=SEALED)
# One database for all examples: each rolls back what it did.
on_one_ledger = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def heads(store: Store, copies: Path) -> list[Head]:
    made = grow(store, copies, seals=SEALS, each=EACH, late=2)
    with store.write() as connection:
        connection.execute(text("INSERT INTO lists (id, key) VALUES (2, 'letter')"))
        connection.execute(
            text(
                "INSERT INTO wordings (id, digest, text, locale, first_used_at)"
                f" VALUES (2, '{DIGEST}', 'x', 'fr', '2026-12-01 00:00:00')"
            )
        )
    return made


@on_one_ledger
@given(record=RECORDS, column=st.sampled_from(sorted(LIES)), is_rebuilt=st.booleans())
def test_a_changed_record_is_named(
    store: Store, copies: Path, heads: list[Head], record: int, column: str, is_rebuilt: bool
) -> None:
    with unguarded(store) as connection:
        connection.execute(
            text(f"UPDATE consent_records SET {column} = {LIES[column]} WHERE id = {record}")
        )
        if is_rebuilt:
            rebuild(connection)
        seen = look(connection, copies, heads[-1].head)
    first = seen.findings[0]
    assert (first.fault, first.record) == (Fault.CHANGED, record)


@on_one_ledger
@given(record=RECORDS, how=st.sampled_from(["record", "record and leaf", "rebuilt", "renumbered"]))
def test_a_removed_record_is_named(
    store: Store, copies: Path, heads: list[Head], record: int, how: str
) -> None:
    with unguarded(store) as connection:
        connection.execute(text(f"DELETE FROM consent_evidence WHERE consent_id = {record}"))
        connection.execute(text(f"DELETE FROM consent_records WHERE id = {record}"))
        if how != "record":
            connection.execute(text(f"DELETE FROM sealed_records WHERE consent_id = {record}"))
        if how == "renumbered":
            connection.execute(
                text("UPDATE sealed_records SET position = -position WHERE consent_id > 0")
            )
            connection.execute(
                text(
                    "UPDATE sealed_records SET position = consent_id - 1 - 4 * (seal_id - 1)"
                    f" - CASE WHEN consent_id > {record} AND seal_id = {(record - 1) // EACH + 1}"
                    " THEN 1 ELSE 0 END"
                )
            )
        if how == "rebuilt":
            rebuild(connection)
        seen = look(connection, copies, heads[-1].head)
    first = seen.findings[0]
    assert (first.fault, first.record) == (Fault.REMOVED, record)


@on_one_ledger
@given(
    like=RECORDS,
    id_=st.sampled_from([0, -5, 500]),
    how=st.sampled_from(["under a seal", "rebuilt"]),
)
def test_an_inserted_record_is_named(
    store: Store, copies: Path, heads: list[Head], like: int, id_: int, how: str
) -> None:
    columns = "list_id, purpose, action, recorded_at, stated_at, channel, place, source, wording_id"
    with unguarded(store) as connection:
        connection.execute(text("DELETE FROM consent_evidence WHERE consent_id > 12"))
        connection.execute(text("DELETE FROM consent_records WHERE id > 12"))
        connection.execute(
            text(
                f"INSERT INTO consent_records (id, subject, evidence_digest, {columns})"
                f" SELECT {id_}, 'invented', 'd', {columns} FROM consent_records WHERE id = {like}"
            )
        )
        if how == "rebuilt":
            rebuild(connection)
        else:
            connection.execute(
                text(
                    "INSERT INTO sealed_records (consent_id, seal_id, position, leaf)"
                    f" SELECT {id_}, seal_id, 4, leaf FROM sealed_records WHERE consent_id = {like}"
                )
            )
        seen = look(connection, copies, heads[-1].head)
    named = [(one.fault, one.record) for one in seen.findings]
    assert named[0] in {(Fault.INSERTED, id_), (Fault.CHANGED, id_)}


@on_one_ledger
@given(record=RECORDS)
def test_a_record_changed_with_its_leaf_is_named_by_the_copy(
    store: Store, copies: Path, heads: list[Head], record: int
) -> None:
    with unguarded(store) as connection:
        connection.execute(text(f"UPDATE consent_records SET place = 'x' WHERE id = {record}"))
        value = "x'00'" if store.is_sqlite else "'00'"
        connection.execute(
            text(f"UPDATE sealed_records SET leaf = {value} WHERE consent_id = {record}")
        )
        named = look(connection, copies).findings[0]
        unnamed = look(connection, copies / "nowhere").findings[0]
    assert (named.fault, named.record) == (Fault.CHANGED, record)
    seal = (record - 1) // EACH + 1
    assert (unnamed.seal, unnamed.fault) == (seal, Fault.CHANGED)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE seals SET count = count + 1 WHERE id = 2", Fault.SEAL),
        ("UPDATE seals SET sealed_at = '2020-01-01 00:00:00' WHERE id = 2", Fault.SEAL),
        ("DELETE FROM seals WHERE id = 2", Fault.CHAIN),
        ("UPDATE wordings SET text = 'autre chose' WHERE id = 1", Fault.WORDING),
        ("UPDATE wordings SET digest = 'other' WHERE id = 1", Fault.CHANGED),
        ("UPDATE lists SET key = 'other' WHERE key = 'cafe'", Fault.CHANGED),
        (
            "UPDATE consent_evidence SET address = 'x@y.example' WHERE consent_id = 5",
            Fault.EVIDENCE,
        ),
        ("UPDATE consent_evidence SET ip_prefix = '10.0.0.0/24'", Fault.EVIDENCE),
    ],
)
def test_whatever_else_is_changed_is_found(
    store: Store, copies: Path, heads: list[Head], statement: str, fault: Fault
) -> None:
    with unguarded(store) as connection:
        connection.execute(text(statement))
        assert fault in {one.fault for one in look(connection, copies).findings}


def test_a_chain_cut_short_is_found_by_a_head_alone(
    store: Store, copies: Path, heads: list[Head]
) -> None:
    with unguarded(store) as connection:
        connection.execute(text("DELETE FROM sealed_records WHERE seal_id = 3"))
        connection.execute(text("DELETE FROM seals WHERE id = 3"))
        assert look(connection, copies).is_whole
        [found] = look(connection, copies, heads[1].head, heads[2].head).findings
    assert found.fault is Fault.REWRITTEN


def test_without_a_copy_a_rebuilt_chain_is_still_found(
    store: Store, copies: Path, heads: list[Head]
) -> None:
    with unguarded(store) as connection:
        connection.execute(text("UPDATE consent_records SET place = 'x' WHERE id = 5"))
        rebuild(connection)
        assert look(connection, copies / "nowhere").is_whole
        [found] = look(connection, copies / "nowhere", heads[0].head).findings
    assert found.fault is Fault.REWRITTEN
    assert "no copy" in found.words


def test_a_forged_copy_is_no_copy(store: Store, copies: Path, heads: list[Head]) -> None:
    file = copies / f"{heads[0].head}.seal.gz"
    file.write_bytes((copies / f"{heads[1].head}.seal.gz").read_bytes())
    with unguarded(store) as connection:
        rebuild(connection)
        found = look(connection, copies, heads[0].head).findings[-1]
    assert "no copy" in found.words


def test_left_alone_it_is_whole(store: Store, copies: Path) -> None:
    made = grow(store, copies, seals=2, each=3)
    assert check(store, copies, *(one.head for one in made)).is_whole
