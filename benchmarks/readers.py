"""A workspace with as many invented readers as a benchmark wants."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert

from benchmarks.mails import PLAIN, ROOT, fit_issues, write_issues
from mailer.audience import ensure_list
from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.consent import Entry, Proof, new_subject, record_many, wording_id
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import Action, Channel, Subscriber, Subscription, SubscriptionStatus

FIRST_NAMES = ("Anne", "Björn", "Chloé", "Đặng", "Élodie", "Fatima", "Gwenaël", "Ηλίας")
CHUNK = 2_000


def make_workspace(folder: Path, readers: int) -> Path:
    """A workspace whose list `cafe` has that many readers; one made before is used again."""
    stamp, wanted = folder / "made-by", _fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "cafe").symlink_to(ROOT / "templates" / "cafe")
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
    """Add readers who confirmed, in chunks."""
    (folder / "var").mkdir(exist_ok=True)
    store = Store(f"sqlite:///{folder}/var/mailer.db")
    check_version(store)
    keys = load_keys(folder / "var" / "keys")
    now = utc_now()
    for first in range(1, readers + 1, CHUNK):
        with store.write() as connection:
            list_id = ensure_list(connection, "cafe")
            wording = wording_id(connection, "Oui, je veux recevoir Le Café.", "fr", now=now)
            people = list(_people(first, min(first + CHUNK, readers + 1)))
            rows = [
                {
                    **person,
                    "address_key": person["address"],
                    "address_digest": keys.address_digest(str(person["address"])),
                    "locale": "fr",
                    "timezone": None,
                    "attributes": {},
                    "created_at": now,
                    "updated_at": now,
                }
                for person in people
            ]
            connection.execute(insert(Subscriber), rows)
            consents = record_many(
                connection,
                keys,
                [
                    Entry(
                        subject=str(person["subject"]),
                        list_id=list_id,
                        action=Action.CONFIRMED,
                        channel=Channel.IMPORT,
                        place="benchmark",
                        stated_at=now,
                        wording_id=wording,
                        proof=Proof(address=str(person["address"])),
                    )
                    for person in people
                ],
                now=now,
            )
            connection.execute(
                insert(Subscription),
                [
                    {
                        "subscriber_id": person["id"],
                        "list_id": list_id,
                        "status": SubscriptionStatus.ACTIVE,
                        "consent_id": consent,
                        "share_id": None,
                        "paused_until": None,
                        "created_at": now,
                        "changed_at": now,
                    }
                    for person, consent in zip(people, consents, strict=True)
                ],
            )
    store.close()


def _people(first: int, last: int) -> Iterator[dict[str, object]]:
    for number in range(first, last):
        yield {
            "id": number,
            "subject": new_subject(),
            "address": f"reader{number}@domain{number % 97}.example",
            "name": f"{FIRST_NAMES[number % len(FIRST_NAMES)]} Le Goff-{number}",
        }
