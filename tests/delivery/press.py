"""A publisher's press: a short letter, readers who consented, and relays on sockets."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select

from builders import KEYS, NOW, ROOT, add_readers
from lying_server import PIPELINING, Answer, Kept, LyingServer, Question
from mailer.campaigns import Plan, campaign_lines, launch, prepare
from mailer.config import Workspace
from mailer.delivery import Dispatch, Tally, Worker
from mailer.store import Store
from mailer.store.tables import CampaignState, Delivery, DeliveryState, Subscriber
from smtp.running import run

ISSUE = """---
number: 900
list: cafe
locale: fr
title: "Une lettre courte"
subject: "☕️ Le Café – #900 : une lettre courte"
preheader: "Elle arrivera."
status: ready
---

Bonjour [[ first_name ]] ! Cette lettre est courte.
"""
CONFIG = """
[site]
base_url = "http://127.0.0.1:8025"
editors = {editors}
[store]
url = "{url}"
[delivery]
{delivery}
{relays}
[lists.cafe]
title = "Le Café"
from = "Le Café <cafe@cafe.example>"
postal_address = "Éditions du Comptoir, 12 rue des Moulins, 69001 Lyon, France"
contact = "redaction@cafe.example"
privacy_url = "https://cafe.example/confidentialite"
template = "cafe"
{mailing_list}
"""
RELAY = '[relays.{name}]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n{lines}\n'


@dataclass(slots=True)
class Clock:
    """A clock that a test turns."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **by: float) -> None:
        """`turn(hours=1)`."""
        self.now += timedelta(**by)


@dataclass(slots=True)
class Press:
    """One workspace with one campaign, number 1, of list `cafe`."""

    folder: Path
    store: Store
    url: str
    clock: Clock = field(default_factory=Clock)
    delivery: str = "batch_size = 4"
    """Lines of [delivery]."""
    relay: str = "connections = 2"
    """Lines of each relay."""
    mailing_list: str = ""
    """Lines of [lists.cafe]."""
    editors: list[str] = field(default_factory=list)
    """Who gets the report; by default nobody, so that what a relay kept are copies."""
    campaign: int = 0
    readers: list[str] = field(default_factory=list)

    def workspace(self, ports: Mapping[str, int]) -> Workspace:
        """The workspace with relays on these ports."""
        relays = [
            RELAY.format(name=name, port=port, lines=self.relay) for name, port in ports.items()
        ]
        write_workspace(
            self.folder,
            url=self.url,
            delivery=self.delivery,
            relays="".join(relays),
            mailing_list=self.mailing_list,
            editors=self.editors,
        )
        return Workspace.open(self.folder / "config.toml")

    def dispatch(self, **ports: int) -> Dispatch:
        """What sends through relays on these ports."""
        return Dispatch(self.workspace(ports), self.store, KEYS, self.clock)

    def launch(self, readers: int, *, batch_size: int = 4) -> list[str]:
        """So many more readers, and the letter launched to everybody."""
        more = add_readers(self.store, readers, now=self.clock(), first=len(self.readers) + 1)
        self.readers += more
        with self.store.write() as connection:
            launched = launch(
                connection, plan(batch_size), share_id=secrets.token_urlsafe(9), now=self.clock()
            )
        self.campaign = launched.campaign_id
        return more

    def send(
        self,
        answer: Callable[[Question], Answer] | None = None,
        *,
        offers: Iterable[str] = PIPELINING,
    ) -> Sent:
        """One run of what `mailer send` does, to a relay that answers so."""

        async def sending() -> Sent:
            async with LyingServer(answer, offers=offers) as server:
                tally = await carry(self.dispatch(main=server.port), self.campaign)
                return Sent(tally, server.kept, server.heard, server.connections)

        sent: Sent = run(sending())
        return sent

    def states(self) -> Counter[DeliveryState]:
        """How many deliveries are in each state."""
        return Counter(row.state for row in self.rows().values())

    def rows(self) -> dict[str, Row]:
        """What the ledger says of each reader's copy."""
        with self.store.read() as connection:
            found = connection.execute(
                select(
                    Subscriber.address,
                    Delivery.id,
                    Delivery.state,
                    Delivery.attempts,
                    Delivery.doubts,
                    Delivery.due_at,
                    Delivery.relay,
                    Delivery.reply,
                )
                .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
                .where(Delivery.campaign_id == self.campaign)
            )
            return {row.address: Row(*row[1:]) for row in found}

    def standing(self) -> tuple[CampaignState, str]:
        """The campaign's state, and why."""
        with self.store.read() as connection:
            (line,) = campaign_lines(connection, self.campaign)
        return line.state, line.reason

    def leftover_journals(self) -> list[str]:
        """Journals that nobody removed."""
        return [file.name for file in (self.folder / "var/journal").glob("*")]


@dataclass(frozen=True, slots=True)
class Row:
    """One reader's copy."""

    id: int
    state: DeliveryState
    attempts: int
    doubts: int
    due_at: datetime | None
    relay: str | None
    reply: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one run."""

    tally: Tally
    kept: list[Kept]
    heard: list[str]
    connections: int

    @property
    def recipients(self) -> list[str]:
        """To whom the relay kept a message, each as often as it did."""
        return sorted(one for kept in self.kept for one in kept.recipients)


async def carry(
    dispatch: Dispatch, campaign: int, started: Callable[[Worker], None] = lambda worker: None
) -> Tally:
    """What `mailer send` does with one worker."""
    dispatch.recover()
    dispatch.open(campaign)
    try:
        return await dispatch.campaign(campaign, started)
    finally:
        dispatch.close(campaign)


def write_workspace(
    folder: Path,
    *,
    url: str,
    relays: str,
    delivery: str = "",
    mailing_list: str = "",
    editors: Sequence[str] = (),
) -> None:
    """config.toml, the sample's templates, and issue 900."""
    text = CONFIG.format(
        url=url,
        delivery=delivery,
        relays=relays,
        mailing_list=mailing_list,
        editors=json.dumps(list(editors)),
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")
    issue = folder / "issues" / "cafe-900"
    if not issue.exists():
        issue.mkdir(parents=True)
        (issue / "issue.md").write_text(ISSUE, encoding="utf-8")
        (folder / "templates").symlink_to(ROOT / "templates")


@lru_cache(maxsize=4)
def plan(batch_size: int) -> Plan:
    """The letter, compiled."""
    with tempfile.TemporaryDirectory() as folder:
        relays = RELAY.format(name="main", port=25, lines="")
        write_workspace(Path(folder), url="sqlite:///var/mailer.db", relays=relays)
        workspace = Workspace.open(Path(folder) / "config.toml")
        return prepare(workspace, workspace.issues / "cafe-900").plan(batch_size)


def about(question: Question, reader: str) -> bool:
    """Whether a RCPT names this reader."""
    return question.verb == "RCPT" and f"<{reader}>" in question.line


def to(question: Question, reader: str) -> bool:
    """Whether a content is this reader's."""
    return question.verb == "." and reader.encode() in question.content
