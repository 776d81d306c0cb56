"""What many tests start from: a workspace, its keys, and a list of readers who consented."""

import re
from datetime import UTC, datetime
from pathlib import Path

from mailer.address import Address
from mailer.audience import Move, Newcomer, ensure_list, move_all, standings, take_in
from mailer.config import Workspace
from mailer.consent import Entry, Proof, record_many, wording_id
from mailer.keys import KeyRing, Keys
from mailer.store import Store
from mailer.store.tables import Action, Channel, SubscriptionStatus

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
"""A moment after everything that the sample's files tell."""
WORDING = "Je souhaite recevoir Le Café chaque vendredi à cette adresse."

KEYS = Keys(
    links=KeyRing(((1, b"l" * 32),)),
    suppression=b"s" * 32,
    evidence=b"e" * 32,
    messages=b"m" * 32,
)
"""Keys that are the same in every run."""


def make_workspace(folder: Path, *, url: str = "sqlite:///var/mailer.db") -> Workspace:
    """The sample's config.toml and templates in a folder of its own, with that database."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    text = re.sub(r'^url = ".*"$', f'url = "{url}"', text, count=1, flags=re.MULTILINE)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    if not (folder / "templates").exists():
        (folder / "templates").symlink_to(ROOT / "templates")
    return Workspace.open(folder / "config.toml")


def add_readers(
    store: Store,
    count: int,
    *,
    list_key: str = "cafe",
    keys: Keys = KEYS,
    locale: str = "fr",
    now: datetime = NOW,
    first: int = 1,
) -> list[str]:
    """`count` people who confirmed and read the list: lecteur1@courrier.example, and so on."""
    addresses = [f"lecteur{n}@courrier.example" for n in range(first, first + count)]
    newcomers = [
        Newcomer(
            address=Address.parse(address),
            name=f"Lecteur {address[7:].partition('@')[0]}",
            locale=locale,
            timezone=None,
            attributes={},
        )
        for address in addresses
    ]
    with store.write() as connection:
        list_id = ensure_list(connection, list_key)
        wording = wording_id(connection, WORDING, locale, now=now)
        take_in(connection, keys, newcomers, now=now)
        people = standings(connection, list_id, addresses)
        entries = [
            Entry(
                subject=people[address].subject,
                list_id=list_id,
                action=Action.CONFIRMED,
                channel=Channel.PAGE,
                place="/confirm",
                stated_at=now,
                proof=Proof(address=address),
                wording_id=wording,
            )
            for address in addresses
        ]
        consents = record_many(connection, keys, entries, now=now)
        moves = [
            Move(
                person_id=people[address].person_id or 0,
                is_new=True,
                status=SubscriptionStatus.ACTIVE,
                consent_id=consent,
            )
            for address, consent in zip(addresses, consents, strict=True)
        ]
        move_all(connection, list_id, moves, now=now)
    return addresses
