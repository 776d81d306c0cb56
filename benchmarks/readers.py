"""A workspace with as many invented readers as a benchmark wants."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import insert

from mailer.audience import ensure_list
from mailer.clock import utc_now
from mailer.consent import Entry, Proof, new_subject, record_many, wording_id
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import Action, Channel, Subscriber, Subscription, SubscriptionStatus

ROOT = Path(__file__).resolve().parents[1]
FIRST_NAMES = ("Anne", "Björn", "Chloé", "Đặng", "Élodie", "Fatima", "Gwenaël", "Ηλίας")
CHUNK = 2_000


def make_workspace(folder: Path, readers: int, *, port: int) -> Path:
    """A workspace whose list `cafe` has that many readers and whose relay is at `port`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("templates", "issues"):
        (folder / name).symlink_to(ROOT / name)
    config = (ROOT / "config.toml").read_text(encoding="utf-8")
    relay = config.index("[relays.main]")
    config = config[:relay] + config[relay:].replace("port = 2525", f"port = {port}", 1)
    (folder / "config.toml").write_text(config, encoding="utf-8")
    fill(folder, readers)
    return folder


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
