"""A workspace with as many invented readers as a benchmark wants."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Insert, func, insert, literal, select
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from benchmarks.mails import PLAIN, ROOT, fit_issues, write_issues
from mailer.audience import ensure_list
from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import (
    Action,
    Channel,
    ConsentRecord,
    Purpose,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)

FIRST_NAMES = ("Anne", "Björn", "Chloé", "Đặng", "Élodie", "Fatima", "Gwenaël", "Ηλίας")


def make_workspace(folder: Path, readers: int) -> Path:
    """A workspace whose list `cafe` has that many readers; one made before is used again."""
    stamp, wanted = folder / "made-by", _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "templates").mkdir(parents=True)
    for name in ("cafe", "shared"):
        (folder / "templates" / name).symlink_to(ROOT / "templates" / name)
    (folder / "templates" / "plain").symlink_to(PLAIN)
    shutil.copy(ROOT / "config.toml", folder)
    write_issues(folder / "issues")
    with plain_template():
        fit_issues(Workspace.open(folder / "config.toml"))
    fill(folder, readers)
    stamp.write_text(wanted)
    return folder


@contextlib.contextmanager
def fresh(workspace: Path) -> Iterator[Path]:
    """A copy to send from once, so that each run begins alike; gone afterwards."""
    copy = Path(tempfile.mkdtemp(prefix=f"{workspace.name}-", dir=workspace.parent))
    try:
        shutil.copytree(workspace, copy, symlinks=True, dirs_exist_ok=True)
        yield copy
    finally:
        shutil.rmtree(copy)


@contextlib.contextmanager
def plain_template() -> Iterator[None]:
    """The list in our own template, for what is done in this process."""
    name = "MAILER_LISTS__CAFE__TEMPLATE"
    os.environ[name] = "plain"
    try:
        yield
    finally:
        del os.environ[name]


def _fingerprint() -> str:
    """Of all that a workspace is made from."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    migrations = sorted((ROOT / "src/mailer/store/migrations/versions").glob("*.py"))
    for file in (
        *(here / "readers.py", here / "mails.py", ROOT / "config.toml"),
        *sorted(PLAIN.iterdir()),
        *migrations,
    ):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def fill(folder: Path, readers: int) -> None:
    """Add readers who confirmed, by a few statements of SQL: a million is there in a minute.

    Their consent stands in the ledger; evidence, which no delivery asks for, is left out.
    """
    (folder / "var").mkdir(exist_ok=True)
    store = Store(f"sqlite:///{folder}/var/mailer.db")
    check_version(store)
    keys = load_keys(folder / "var" / "keys")
    now = utc_now()
    with store.write() as connection:
        database = connection.connection.driver_connection
        assert database is not None
        database.create_function("name_of", 1, _name_of)
        database.create_function("address_digest", 1, keys.address_digest)
        list_id = ensure_list(connection, "cafe")
        wording = wording_id(connection, "Oui, je veux recevoir Le Café.", "fr", now=now)
        connection.execute(_subscribers(readers, now))
        connection.execute(_consents(list_id, wording, now))
        connection.execute(_subscriptions(list_id, now))
    store.close()


def _name_of(number: int) -> str:
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Le Goff-{number}"


def _subscribers(readers: int, now: datetime) -> Insert:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < readers))
    n = numbers.c.n
    address = func.printf("reader%d@domain%d.example", n, n % 97)
    return _insert(
        Subscriber,
        id=n,
        subject=func.lower(func.hex(func.randomblob(16))),
        address=address,
        address_key=address,
        address_digest=func.address_digest(address),
        name=func.name_of(n),
        locale=literal("fr"),
        attributes=literal("{}"),
        created_at=_moment(now),
        updated_at=_moment(now),
    )


def _consents(list_id: int, wording: int, now: datetime) -> Insert:
    return _insert(
        ConsentRecord,
        id=Subscriber.id,
        subject=Subscriber.subject,
        list_id=literal(list_id),
        purpose=literal(Purpose.RECEIVE.value),
        action=literal(Action.CONFIRMED.value),
        recorded_at=_moment(now),
        stated_at=_moment(now),
        channel=literal(Channel.IMPORT.value),
        place=literal("benchmark"),
        source=literal(""),
        wording_id=literal(wording),
        evidence_digest=literal(""),
    )


def _subscriptions(list_id: int, now: datetime) -> Insert:
    return _insert(
        Subscription,
        id=Subscriber.id,
        subscriber_id=Subscriber.id,
        list_id=literal(list_id),
        status=literal(SubscriptionStatus.ACTIVE.value),
        consent_id=Subscriber.id,
        created_at=_moment(now),
        changed_at=_moment(now),
    )


def _insert(
    table: type[DeclarativeBase], /, **columns: ColumnElement[Any] | QueryableAttribute[Any]
) -> Insert:
    rows = select(*columns.values()).order_by(columns["id"])
    return insert(table).from_select(list(columns), rows)


def _moment(now: datetime) -> ColumnElement[datetime]:
    return literal(now, Subscriber.created_at.type)
