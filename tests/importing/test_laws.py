"""What holds for any file, on both databases."""

from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from importing.files import contents, good, import_file, rehearse, terms_for, write_csv
from mailer.importing import read_row, survey
from mailer.importing.rows import Candidate
from mailer.store import Store
from mailer.store.tables import (
    ConsentRecord,
    MailingList,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)

ADDRESSES = st.sampled_from(
    ["a@b.example", "A@B.example", "c@d.example", "e+f@g.example", "zoé@straße.example", "x", ""]
)
ACTIONS = st.sampled_from(
    ["granted", "confirmed", "confirmed", "withdrawn", "objected", "requested", "", "?"]
)
DATES = st.sampled_from(["2024-05-06", "2020-01-01T10:00:00Z", "03/04/2021", "2099-01-01", ""])
NAMES = st.sampled_from(["Anne", "=1+1", "'-Yves", "http://x.example", "", "Clo\x07che", "☕️"])
ROWS = st.builds(
    lambda email, action, date, name: good(
        email, consent_action=action, consent_date=date, name=name
    ),
    ADDRESSES,
    ACTIONS,
    DATES,
    NAMES,
)
FILES = st.lists(ROWS, max_size=12)
CHUNKS = st.sampled_from([1, 2, 5, 1_000])

lists = count()
on_one_database = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(rows=FILES, chunk=CHUNKS)
@on_one_database
def test_rows_read_are_rows_imported_merged_and_refused(
    store: Store, tmp_path: Path, rows: list[dict[str, str]], chunk: int
) -> None:
    """RFC 4180 2: every record is accounted for; and a rehearsal counts alike."""
    file = write_csv(tmp_path / "people.csv", rows)
    key = f"list-{next(lists)}"
    said = rehearse(store, file, list_key=key).figures
    report = tmp_path / "report.csv"
    report.unlink(missing_ok=True)
    figures = import_file(store, file, list_key=key, chunk=chunk, report=report).figures
    assert figures.read == len(rows)
    assert figures == said
    refused = survey(report).rows if report.exists() else 0
    assert refused == figures.refused.total()


@given(rows=FILES, chunk=CHUNKS)
@on_one_database
def test_importing_twice_changes_nothing(
    store: Store, tmp_path: Path, rows: list[dict[str, str]], chunk: int
) -> None:
    file = write_csv(tmp_path / "people.csv", rows)
    key = f"list-{next(lists)}"
    import_file(store, file, list_key=key, chunk=chunk)
    before = contents(store)
    again = import_file(store, file, list_key=key).figures
    assert contents(store) == before
    assert again.imported.total() == 0
    assert again.read == len(rows)


@given(rows=FILES, chunk=CHUNKS)
@on_one_database
def test_nobody_reads_a_list_who_said_no_in_any_row(
    store: Store, tmp_path: Path, rows: list[dict[str, str]], chunk: int
) -> None:
    """And every reader's newest word is the one their subscription rests on (GDPR 7(3))."""
    file = write_csv(tmp_path / "people.csv", rows)
    key = f"list-{next(lists)}"
    import_file(store, file, list_key=key, chunk=chunk)
    found = survey(file)
    read = [read_row(record, terms_for(found)) for record in found.records()]
    people = [row for row in read if isinstance(row, Candidate)]
    refusing = {one.key for one in people if one.evidence.action in {"withdrawn", "objected"}}
    newest = (
        select(func.max(ConsentRecord.id))
        .where(
            ConsentRecord.subject == Subscriber.subject,
            ConsentRecord.list_id == Subscription.list_id,
        )
        .scalar_subquery()
    )
    with store.read() as connection:
        standing = connection.execute(
            select(Subscriber.address_key, Subscription.status, Subscription.consent_id == newest)
            .join(Subscription, Subscription.subscriber_id == Subscriber.id)
            .join(MailingList, MailingList.id == Subscription.list_id)
            .where(MailingList.key == key)
        ).all()
    statuses = {address: status for address, status, _ in standing}
    assert all(rests_on_newest for *_, rests_on_newest in standing)
    assert statuses == {
        one.key: SubscriptionStatus.UNSUBSCRIBED
        if one.key in refusing
        else SubscriptionStatus.ACTIVE
        for one in people
    }
