"""A proof stands on its own: checked without a database, and changed nowhere unseen."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from builders import KEYS, NOW, add_readers
from consent.ledgers import grow, ticking
from mailer.address import Address
from mailer.audience import Act, find_person, leave, list_id, membership_of
from mailer.consent import (
    ProofError,
    as_json,
    as_page,
    check_proof,
    heads,
    make_proof,
    public_key,
    seal,
    story_of,
)
from mailer.consent.proving import faults_of, signed_by
from mailer.store import Store
from mailer.store.tables import Channel

JEANNE = Address.parse("lecteur2@courrier.example")
KEY = Ed25519PrivateKey.from_private_bytes(b"p" * 32)
TITLES = {"cafe": "Le Café </script>"}


@pytest.fixture
def ledger(store: Store, copies: Path) -> Store:
    """Three readers under two seals; the second has left, which is not sealed yet."""
    grow(store, copies, seals=1, each=3)
    add_readers(store, 2, first=4)
    seal(store, copies, ticking())
    with store.write() as connection:
        person = find_person(connection, JEANNE)
        assert person is not None
        reader = membership_of(connection, person, list_id(connection, "cafe") or 0)
        assert reader is not None
        leave(connection, KEYS, reader, Act(at=NOW, channel=Channel.MAIL, place="/u"))
    return store


def proof(store: Store, locale: str = "fr") -> dict:
    with store.read() as connection:
        return make_proof(
            connection,
            KEY,
            story_of(connection, JEANNE),
            address=str(JEANNE),
            titles=TITLES,
            standing=["Rien."],
            locale=locale,
            now=NOW,
        )


def test_a_proof_is_checked_without_the_database(ledger: Store) -> None:
    document = proof(ledger)
    for octets in (as_json(document), as_page(document, KEY)):
        checked = check_proof(octets)
        assert checked.key == public_key(KEY)
        assert checked.document == document
    confirmed, left = document["entries"]
    assert confirmed["seal"]["number"] == 1
    assert left["seal"] is None
    assert "Je souhaite recevoir" in document["wordings"][confirmed["wording"]]["text"]


def test_its_seal_is_one_that_left_the_house(ledger: Store) -> None:
    with ledger.read() as connection:
        known = {one.head for one in heads(connection)}
    document = proof(ledger)
    assert {one["head"] for one in document["seals"].values()} < known
    assert document["newest_head"] in known


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), is_page=st.booleans())
def test_no_bit_is_flipped_unseen(sqlite_url: str, data: st.DataObject, is_page: bool) -> None:
    octets = papers(sqlite_url)[is_page]
    place = data.draw(st.integers(min_value=0, max_value=len(octets) - 1))
    bit = data.draw(st.integers(min_value=0, max_value=7))
    forged = bytearray(octets)
    forged[place] ^= 1 << bit
    with pytest.raises(ProofError):
        check_proof(bytes(forged))


_papers: dict[str, tuple[bytes, bytes]] = {}


def papers(url: str) -> tuple[bytes, bytes]:
    """The same proof as JSON and as a page, made once."""
    if not _papers:
        store = Store(url)
        add_readers(store, 3)
        document = proof(store)
        _papers["made"] = as_json(document), as_page(document, KEY)
        store.close()
    return _papers["made"]


@pytest.mark.parametrize(
    "spoil", [lambda o: o[:-1], lambda o: o + b" ", lambda o: b"", bytes.upper]
)
def test_nor_is_it_cut_or_lengthened(sqlite_url: str, spoil) -> None:  # type: ignore[no-untyped-def]
    for octets in papers(sqlite_url):
        with pytest.raises(ProofError):
            check_proof(spoil(octets))


def test_an_entry_that_is_not_under_its_seal_is_found_though_signed_anew(ledger: Store) -> None:
    document = proof(ledger)
    fields = document["entries"][0]["fields"]
    fields[fields.index("confirmed")] = "granted"
    assert signed_by(document) is None
    assert faults_of(document) == ["entry 2 is not under its seal"]


def test_a_wording_that_was_replaced_is_found_though_signed_anew(ledger: Store) -> None:
    document = proof(ledger)
    for wording in document["wordings"].values():
        wording["text"] = "J’accepte tout."
    assert "is another text" in faults_of(document)[0]


def test_after_an_erasure_the_proof_still_holds(ledger: Store) -> None:
    """GDPR 17: who still knows the address may prove; nothing else is told of the person."""
    with ledger.write() as connection:
        connection.execute(text("DELETE FROM consent_evidence"))
    document = proof(ledger)
    assert {entry["evidence"] is None for entry in document["entries"]} == {True}
    assert check_proof(as_json(document)).document == document


def test_the_page_speaks_the_readers_language(ledger: Store) -> None:
    assert "Preuve de consentement" in as_page(proof(ledger), KEY).decode()
    assert "Proof of consent" in as_page(proof(ledger, "en"), KEY).decode()
