"""Rows become readers with their proof, or stay out; on both databases."""

import threading
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from builders import KEYS, NOW, WORDING, add_readers
from importing.files import (
    contents,
    facts_of,
    good,
    import_file,
    rehearse,
    terms_for,
    write_csv,
)
from mailer.address import Address
from mailer.audience import (
    EVERY_LIST,
    Act,
    Newcomer,
    find_person,
    leave,
    list_id,
    may_be_mailed,
    membership_of,
    suppress,
    take_in,
)
from mailer.importing import Basis, Reason, Register, Report, import_rows, survey
from mailer.store import Store
from mailer.store.tables import (
    Channel,
    ConsentRecord,
    Evidence,
    Import,
    Subscriber,
    Subscription,
    SuppressionReason,
    Wording,
)

BASIS = Basis("clients de la librairie", datetime(2020, 1, 2, tzinfo=UTC), "Oui, je veux.")
BARE = dict.fromkeys(("consent_action", "consent_date", "consent_wording", "consent_source"), "")


def readers(store: Store, list_key: str = "cafe") -> set[str]:
    """Whom the list's next issue would reach."""
    with store.read() as connection:
        found = list_id(connection, list_key)
        assert found is not None
        return set(
            connection.scalars(
                select(Subscriber.address)
                .join(Subscription, Subscription.subscriber_id == Subscriber.id)
                .where(may_be_mailed(found, list_key, NOW))
            )
        )


def ledger(store: Store) -> list[str]:
    """The actions, in order."""
    with store.read() as connection:
        return list(connection.scalars(select(ConsentRecord.action).order_by(ConsentRecord.id)))


def go_away(store: Store, address: str, *, at: datetime = NOW) -> None:
    """The person leaves by the link in a mail."""
    with store.write() as connection:
        person = find_person(connection, Address.parse(address))
        assert person is not None
        cafe = list_id(connection, "cafe")
        assert cafe is not None
        found = membership_of(connection, person, cafe)
        assert found is not None
        leave(connection, KEYS, found, Act(at=at, channel=Channel.PAGE, place="/u"))


def test_a_row_becomes_a_reader_with_a_proof(store: Store, tmp_path: Path) -> None:
    """GDPR 7(1): who, when, how, where, in which words."""
    outcome = import_file(store, write_csv(tmp_path / "people.csv", [good()]))
    assert outcome.figures.imported == {"confirmed": 1}
    with store.read() as connection:
        entry = connection.execute(select(ConsentRecord)).one()
        proof = connection.execute(select(Evidence)).one()
        words = connection.scalar(select(Wording.text).where(Wording.id == entry.wording_id))
        person = connection.execute(select(Subscriber)).one()
    assert (entry.subject, entry.action, entry.channel) == (person.subject, "confirmed", "import")
    assert entry.stated_at == datetime(2024, 5, 6, 8, 20, 30, tzinfo=UTC)
    assert (entry.place, entry.source) == ("people.csv", "https://cafe.example/abonnement")
    assert words == WORDING
    assert (proof.consent_id, proof.address) == (entry.id, "anne@courrier.example")
    assert (proof.ip_prefix, proof.user_agent, proof.file_row) == ("192.0.2.0/24", "Firefox", 2)
    assert (person.name, person.timezone, person.attributes) == (
        "Anne Le Goff",
        "Europe/Paris",
        {"city": "Rennes"},
    )
    assert readers(store) == {"anne@courrier.example"}


def test_the_import_itself_is_noted_with_figures_that_add_up(store: Store, tmp_path: Path) -> None:
    rows = [good(), good("ANNE@courrier.example"), good("x"), good("bea@courrier.example")]
    file = write_csv(tmp_path / "people.csv", rows)
    import_file(store, file)
    with store.read() as connection:
        row = connection.execute(select(Import)).one()
    assert row.figures["read"] == 4
    assert (row.figures["imported"], row.figures["merged"], row.figures["refused"]) == (2, 1, 1)
    assert row.figures["refused_because"] == {"bad address": 1}
    assert (row.file_name, row.basis) == ("people.csv", "")
    assert row.file_digest == survey(file).source.octets.digest
    assert row.finished_at == NOW


def test_an_impossible_ip_is_left_out_and_the_rest_kept(store: Store, tmp_path: Path) -> None:
    import_file(store, write_csv(tmp_path / "people.csv", [good(consent_ip="999.1.2.3")]))
    with store.read() as connection:
        assert connection.scalar(select(Evidence.ip_prefix)) is None
    assert readers(store) == {"anne@courrier.example"}


def test_a_second_time_changes_nothing(store: Store, tmp_path: Path) -> None:
    rows = [
        good("a@courrier.example"),
        good("b@courrier.example"),
        good("b@courrier.example", consent_action="withdrawn"),
        good("c@courrier.example", consent_action="withdrawn", consent_date=""),
        good("d"),
    ]
    file = write_csv(tmp_path / "people.csv", rows)
    import_file(store, file)
    before = contents(store)
    again = import_file(store, file).figures
    assert contents(store) == before
    assert (again.imported.total(), again.merged, again.refused.total()) == (0, 3, 2)


def test_another_spelling_of_an_address_is_merged_and_the_first_one_stays(
    store: Store, tmp_path: Path
) -> None:
    rows = [
        good("Zoé@forêt.example", name="Zoé"),
        good("zoe\u0301@FORÊT.example", name="Z."),
        good("Zoé@xn--fort-ipa.example", name="ZZ"),
    ]
    outcome = import_file(store, write_csv(tmp_path / "people.csv", rows))
    assert (outcome.figures.imported.total(), outcome.figures.merged) == (1, 2)
    with store.read() as connection:
        assert connection.scalar(select(Subscriber.name)) == "Zoé"


@pytest.mark.parametrize("chunk", [1, 2, 1_000])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_withdrawal_anywhere_in_a_file_wins(
    store: Store, tmp_path: Path, order: Sequence[int], chunk: int
) -> None:
    """Even where it is dated before the consent: a mistake keeps out, never in."""
    rows = [
        good(consent_date="2025-01-01"),
        good(consent_action="withdrawn", consent_date="2020-01-01"),
    ]
    file = write_csv(tmp_path / "people.csv", [rows[n] for n in order])
    import_file(store, file, chunk=chunk)
    assert readers(store) == set()
    with store.read() as connection:
        assert connection.scalar(select(Subscription.status)) == "unsubscribed"


def test_who_left_stays_out_whatever_a_file_says(store: Store, tmp_path: Path) -> None:
    [address] = add_readers(store, 1)
    go_away(store, address)
    rows = [good(address, consent_date=(NOW - timedelta(minutes=1)).isoformat())]
    figures = import_file(store, write_csv(tmp_path / "people.csv", rows)).figures
    assert figures.refused == {Reason.LEFT: 1}
    assert readers(store) == set()
    assert ledger(store) == ["confirmed", "withdrawn"]


def test_who_objected_stays_out(store: Store, tmp_path: Path) -> None:
    """GDPR 21(3)."""
    rows = [good(consent_action="objected", consent_date=""), good()]
    figures = import_file(store, write_csv(tmp_path / "people.csv", rows)).figures
    assert figures.imported == {"objected": 1}
    assert figures.refused == {Reason.OBJECTED: 1}
    assert readers(store) == set()


@pytest.mark.parametrize("scope", ["cafe", EVERY_LIST])
def test_who_is_kept_out_is_not_even_written_down(store: Store, tmp_path: Path, scope: str) -> None:
    address = Address.parse("Anne@courrier.example")
    with store.write() as connection:
        suppress(connection, KEYS, address, scope, SuppressionReason.ERASURE, now=NOW)
    before = contents(store)
    rows = [good(), good(consent_action="withdrawn")]
    figures = import_file(store, write_csv(tmp_path / "people.csv", rows)).figures
    assert figures.refused == {Reason.SUPPRESSED: 2}
    assert {**contents(store), "lists": []} == {**before, "lists": []}


def test_who_is_kept_out_of_another_list_may_read_this_one(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        address = Address.parse("anne@courrier.example")
        suppress(connection, KEYS, address, "letter", SuppressionReason.COMPLAINT, now=NOW)
    import_file(store, write_csv(tmp_path / "people.csv", [good()]))
    assert readers(store) == {"anne@courrier.example"}


def test_a_withdrawal_in_a_file_ends_a_subscription(store: Store, tmp_path: Path) -> None:
    [address, _] = add_readers(store, 2, now=NOW - timedelta(days=9))
    rows = [good(address, consent_action="withdrawn", consent_date="2026-11-30")]
    import_file(store, write_csv(tmp_path / "people.csv", rows))
    assert readers(store) == {"lecteur2@courrier.example"}


def test_a_withdrawal_older_than_an_own_sign_up_does_not(store: Store, tmp_path: Path) -> None:
    [address] = add_readers(store, 1)
    rows = [good(address, consent_action="withdrawn", consent_date="2020-01-01")]
    figures = import_file(store, write_csv(tmp_path / "people.csv", rows)).figures
    assert figures.refused == {Reason.CAME_BACK: 1}
    assert readers(store) == {address}


def test_a_reader_of_one_list_joins_another_and_keeps_their_name(
    store: Store, tmp_path: Path
) -> None:
    [address] = add_readers(store, 1, list_key="letter")
    file = write_csv(tmp_path / "people.csv", [good(address, name="Somebody else")])
    import_file(store, file)
    assert readers(store, "letter") == readers(store, "cafe") == {address}
    with store.read() as connection:
        assert connection.scalar(select(Subscriber.name)) == "Lecteur 1"


def test_a_consent_for_one_list_says_nothing_of_another(store: Store, tmp_path: Path) -> None:
    import_file(store, write_csv(tmp_path / "people.csv", [good()]))
    file = write_csv(tmp_path / "gone.csv", [good(consent_action="withdrawn")])
    import_file(store, file, list_key="letter")
    assert readers(store, "cafe") == {"anne@courrier.example"}
    assert readers(store, "letter") == set()


def test_a_basis_takes_rows_without_evidence_and_says_so(store: Store, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "people.csv", [good(**BARE)])
    assert import_file(store, file).figures.refused == {Reason.NO_EVIDENCE: 1}
    import_file(store, file, basis=BASIS, report=tmp_path / "report.csv")
    assert readers(store) == {"anne@courrier.example"}
    with store.read() as connection:
        assert connection.scalar(select(Import.basis)) == str(BASIS)
        assert connection.scalar(select(ConsentRecord.source)) == BASIS.text
        assert (
            "consent_wording" in connection.scalars(select(Evidence.detail)).one()["from the basis"]
        )
    assert f"whole file: {BASIS.text}" in (tmp_path / "report.csv").read_text()


def test_a_person_somebody_else_adds_meanwhile_is_taken_as_they_are(
    store: Store, tmp_path: Path
) -> None:
    with store.write() as connection:
        newcomer = Newcomer(
            address=Address.parse("ANNE@courrier.example"),
            name="first",
            locale="en",
            timezone=None,
            attributes={},
        )
        take_in(connection, KEYS, [newcomer, newcomer], now=NOW)
    import_file(store, write_csv(tmp_path / "people.csv", [good()]))
    with store.read() as connection:
        assert list(connection.execute(select(Subscriber.name, Subscriber.locale))) == [
            ("first", "en")
        ]
    assert readers(store) == {"ANNE@courrier.example"}


def test_two_imports_of_one_file_at_once_take_everybody_once(
    database_url: str, tmp_path: Path
) -> None:
    rows = [good(f"n{n}@courrier.example", consent_wording=f"Oui, {n % 7}.") for n in range(200)]
    files = [
        write_csv(tmp_path / "up.csv", rows),
        write_csv(tmp_path / "down.csv", reversed(rows)),
    ]
    start = threading.Barrier(2)
    imported: list[tuple[int, int]] = []

    def run(file: Path) -> None:
        store = Store(database_url)
        start.wait()
        figures = import_file(store, file, chunk=20).figures
        imported.append((figures.imported.total(), figures.merged))
        store.close()

    threads = [threading.Thread(target=run, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [sum(column) for column in zip(*imported, strict=True)] == [200, 200]
    store = Store(database_url)
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ConsentRecord)) == 200
    assert len(readers(store)) == 200
    store.close()


def test_an_import_that_was_stopped_goes_on_where_it_stopped(store: Store, tmp_path: Path) -> None:
    rows = [good(f"n{n}@courrier.example") for n in range(10)]
    file = write_csv(tmp_path / "people.csv", rows)
    found = survey(file)
    desk = Register(store, KEYS, facts_of(found), lambda: NOW)
    report = Report(None, found.columns.header, ",")

    def stop(figures: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_rows(found, terms_for(found), desk, report, on_progress=stop, chunk=4)
    assert len(readers(store)) == 4
    figures = import_file(store, file).figures
    assert (figures.imported.total(), figures.merged) == (6, 4)


def test_a_chunk_that_fails_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    """Ledger, people and subscriptions are one transaction."""
    file = write_csv(tmp_path / "people.csv", [good()])
    found = survey(file)

    def broken_clock() -> datetime:
        ticks.append(None)
        if len(ticks) > 1:
            raise RuntimeError
        return NOW

    ticks: list[None] = []
    before = contents(store)
    desk = Register(store, KEYS, facts_of(found), broken_clock)
    with pytest.raises(RuntimeError):
        import_rows(found, terms_for(found), desk, Report(None, (), ","))
    assert contents(store) == before


def test_a_rehearsal_says_the_same_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    known = add_readers(store, 2)
    go_away(store, known[0])
    with store.write() as connection:
        out = Address.parse("out@courrier.example")
        suppress(connection, KEYS, out, "cafe", SuppressionReason.BOUNCE, now=NOW)
    rows = [
        good(known[0]),
        good(known[1]),
        good("out@courrier.example"),
        good("new@courrier.example"),
        good("NEW@courrier.example"),
        good("new@courrier.example", consent_action="withdrawn"),
        good("new@courrier.example"),
        good("x"),
    ]
    file = write_csv(tmp_path / "people.csv", rows)
    before = contents(store)
    said = [rehearse(store, file, chunk=chunk).figures for chunk in (1, 3, 1_000)]
    assert contents(store) == before
    assert said == [import_file(store, file).figures] * 3


def test_a_rehearsal_needs_no_database(tmp_path: Path) -> None:
    rows = [good(), good("ANNE@courrier.example"), good(consent_action="withdrawn"), good()]
    figures = rehearse(None, write_csv(tmp_path / "people.csv", rows), chunk=1).figures
    assert figures.imported == {"confirmed": 1, "withdrawn": 1}
    assert (figures.merged, figures.refused) == (1, {Reason.LEFT: 1})


def test_a_large_file_is_never_held_whole(tmp_path: Path) -> None:
    rows = (good(f"n{n}@courrier.example", consent_wording="Oui. " * 300) for n in range(4_000))
    file = write_csv(tmp_path / "people.csv", rows)
    size = file.stat().st_size
    tracemalloc.start()
    try:
        assert rehearse(None, file, chunk=100).figures.read == 4_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 2
