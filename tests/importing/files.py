"""CSV files for tests: good rows but for what a test says, and the whole way into a database."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from builders import KEYS, NOW, WORDING
from mailer.importing import (
    Basis,
    FileFacts,
    Outcome,
    Register,
    Rehearsal,
    Report,
    Survey,
    Terms,
    import_rows,
    survey,
)
from mailer.store import Store
from mailer.store.tables import (
    ConsentRecord,
    Evidence,
    Import,
    MailingList,
    Subscriber,
    Subscription,
    Suppression,
    Wording,
)

PARIS = ZoneInfo("Europe/Paris")
GOOD = {
    "email": "anne@courrier.example",
    "name": "Anne Le Goff",
    "locale": "fr",
    "timezone": "Europe/Paris",
    "consent_action": "confirmed",
    "consent_date": "2024-05-06T10:20:30+02:00",
    "consent_source": "https://cafe.example/abonnement",
    "consent_wording": WORDING,
    "consent_ip": "192.0.2.17",
    "consent_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
    "city": "Rennes",
}
EVERYTHING = (
    MailingList,
    Subscriber,
    Subscription,
    Suppression,
    Wording,
    ConsentRecord,
    Evidence,
    Import,
)


def good(email: str = GOOD["email"], **cells: str) -> dict[str, str]:
    """A row that is taken, but for these cells."""
    return GOOD | {"email": email} | cells


def write_csv(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    *,
    columns: Sequence[str] = tuple(GOOD),
    encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:
    """These columns of these rows, with a header."""
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in rows)
    return path


def terms_for(found: Survey, *, source: str = "", basis: Basis | None = None) -> Terms:
    """A French list's."""
    return Terms(
        columns=found.columns,
        locale="fr",
        zone=PARIS,
        now=NOW,
        source=source,
        basis=basis,
        day_order=found.day_order,
    )


def facts_of(found: Survey, list_key: str = "cafe", basis: Basis | None = None) -> FileFacts:
    return FileFacts(
        list_key=list_key,
        name=found.source.file.name,
        digest=found.source.octets.digest,
        basis=str(basis or ""),
    )


def import_file(
    store: Store,
    file: Path,
    *,
    list_key: str = "cafe",
    source: str = "",
    basis: Basis | None = None,
    report: Path | None = None,
    chunk: int = 1_000,
) -> Outcome:
    """Into the database."""
    found = survey(file)
    desk = Register(store, KEYS, facts_of(found, list_key, basis), lambda: NOW)
    with Report(report, found.columns.header, found.source.delimiter) as lines:
        terms = terms_for(found, source=source, basis=basis)
        return import_rows(found, terms, desk, lines, chunk=chunk)


def rehearse(
    store: Store | None, file: Path, *, list_key: str = "cafe", chunk: int = 1_000
) -> Outcome:
    """What an import would do."""
    found = survey(file)
    report = Report(None, found.columns.header, found.source.delimiter)
    with Rehearsal(store, KEYS, list_key) as desk:
        return import_rows(found, terms_for(found), desk, report, chunk=chunk)


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that an import could write or change."""
    with store.read() as connection:
        return {
            table.__tablename__: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in EVERYTHING
        }
