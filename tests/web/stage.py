"""A site whose newest issue was sent to a few readers, and what tests ask about it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from builders import KEYS, NOW, ROOT, add_readers, make_workspace
from mailer.address import Address
from mailer.audience import (
    TRACKING,
    Act,
    choose_tracking,
    ensure_list,
    find_person,
    list_id,
    membership_of,
)
from mailer.campaigns import Plan, launch, prepare, register_issue
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.notices import frame_of, templates_of, wording_for
from mailer.store import Store
from mailer.store.tables import Campaign, Channel, Notice, Purpose, ShareLink, Subscriber
from mailer.tokens import Signer, TokenPurpose
from mailer.web import Site, greet_returned, write_sign_ups
from mailer.web.forms import version_of

SLUG = "cafe-386"
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
CONSENT_TABLES = (
    "consent_records",
    "consent_evidence",
    "wordings",
    "subscribers",
    "subscriptions",
    "suppressions",
    "notices",
    "deliveries",
    "links",
    "share_links",
    "sign_ups",
    "address_changes",
    "limits",
    "slots",
)


@dataclass(slots=True)
class Clock:
    """A clock that a test turns."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Stage:
    """The site, and a reader's way into it."""

    site: Site
    clock: Clock
    campaign: int
    share_id: str
    readers: list[str]
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "store", self.site.store)

    def token(self, purpose: TokenPurpose, delivery: int = 1) -> str:
        """The token in one reader's copy; delivery 0 is the test copy's."""
        campaign = self.campaign if delivery else 0
        return self.site.signer.sign(purpose, campaign, delivery)

    def shown(self) -> str:
        """What a form says that was shown a minute ago."""
        return self.site.signer.sign(TokenPurpose.FORM, int(self.clock().timestamp()) - 60)

    def work(self) -> None:
        """What the service does a moment after a form was sent, or a pause ended."""
        write_sign_ups(self.site)
        greet_returned(self.site)

    def consent_state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that says who gets what, row by row."""
        self.work()
        with self.store.read() as connection:
            return {
                table: sorted(
                    (
                        tuple(map(repr, row))
                        for row in connection.execute(text(f"SELECT * FROM {table}"))
                    ),
                )
                for table in CONSENT_TABLES
            }

    def statuses(self) -> dict[str, str]:
        """Where each address stands with its list."""
        self.work()
        with self.store.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT address, status FROM subscriptions"
                    " JOIN subscribers ON subscribers.id = subscriber_id"
                )
            )
            return {row.address: row.status for row in rows}

    def actions(self, address: str) -> list[str]:
        """What the ledger says about an address, in its order."""
        self.work()
        with self.store.read() as connection:
            rows = connection.execute(
                text(
                    "SELECT action FROM consent_records JOIN subscribers USING (subject)"
                    " WHERE address = :address ORDER BY consent_records.id"
                ),
                {"address": address},
            )
            return [action for (action,) in rows]

    def letters(self) -> list[EmailMessage]:
        """The notices in the outbox, oldest first."""
        self.work()
        with self.store.read() as connection:
            contents = connection.scalars(select(Notice.content).order_by(Notice.id)).all()
        return [
            message_from_bytes(content, policy=policy.default, _class=EmailMessage)  # type: ignore[misc]
            for content in contents
            if content
        ]

    def counts(self, table: str) -> dict[tuple[Any, ...], int]:
        """(page or link number, by machine) -> how often."""
        self.site.collector.flush()
        column = {"link_counts": "n", "page_counts": "page"}[table]
        with self.store.read() as connection:
            rows = connection.execute(text(f"SELECT {column}, machine, count FROM {table}"))
            return {(key, bool(machine)): count for key, machine, count in rows}


def letter_path(letter: EmailMessage, section: str) -> str:
    """The path of the link that a letter's button leads to."""
    body = letter.get_body(("plain",))
    assert body is not None
    words = body.get_content().split()
    url = next(word for word in words if f"/{section}/" in word)
    return "/" + url.split("/", 3)[3]


@lru_cache(maxsize=4)
def _plan(config: str, folder: str) -> Plan:
    return prepare(Workspace.open(Path(config)), Path(folder)).plan(500)


def plan_of(slug: str) -> Plan:
    """What launching that issue of the sample freezes."""
    return _plan(str(ROOT / "config.toml"), str(ROOT / "issues" / slug))


def fill(store: Store, *, readers: int = 3) -> None:
    """Readers, and issue 386 sent to them."""
    add_readers(store, readers)
    plan = plan_of(SLUG)
    with store.write() as connection:
        launch(connection, plan, share_id=secrets.token_urlsafe(9), now=NOW)


def stage_with_tracking(stage: Stage, folder: Path) -> Stage:
    """The same stage, where the list asks for every purpose."""
    folder.mkdir()
    (folder / "issues").symlink_to(ROOT / "issues")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MAILER_LISTS__CAFE__TRACKING", '["opens", "clicks", "forwards"]')
        workspace = make_workspace(folder)
    return stage_on(workspace, stage.store)


def permit(stage: Stage, address: str, *purposes: Purpose) -> None:
    """That reader's word about being tracked is a yes to exactly these."""
    act = Act(at=stage.clock(), channel=Channel.PAGE, place="/p")
    with stage.store.write() as connection:
        person = find_person(connection, Address.parse(address))
        cafe = list_id(connection, "cafe")
        assert person is not None
        assert cafe is not None
        reader = membership_of(connection, person, cafe)
        assert reader is not None
        words = wording_id(connection, "Oui, cela aussi.", "fr", now=act.at)
        chosen = dict.fromkeys(purposes, words)
        choose_tracking(connection, KEYS, reader, chosen, tuple(TRACKING), act)


def stage_on(workspace: Workspace, store: Store) -> Stage:
    """The stage over a store that was filled."""
    clock = Clock()
    with store.read() as connection:
        share_id = connection.scalars(select(ShareLink.id)).one()
        campaign = connection.scalars(select(Campaign.id)).one()
        readers = connection.scalars(select(Subscriber.address).order_by(Subscriber.id)).all()
    return Stage(Site(workspace, store, KEYS, clock), clock, campaign, share_id, list(readers))


def register_unsent(stage: Stage, slug: str) -> str:
    """An issue of which only test copies went out; returns its share id."""
    plan = plan_of(slug)
    share_id = secrets.token_urlsafe(9)
    with stage.store.write() as connection:
        list_id = ensure_list(connection, plan.list_key)
        register_issue(connection, plan, list_id, share_id=share_id, now=NOW)
    return share_id


def every_path(stage: Stage) -> list[str]:
    """Every page of the site that is there to be read, each with a link that works."""
    stage.work()
    with stage.store.read() as connection:
        rows = connection.execute(
            text("SELECT id, consent_id, status FROM subscriptions ORDER BY id")
        ).all()
        moves = connection.execute(
            text(
                "SELECT address_changes.id, subscriptions.id, done_at FROM address_changes"
                " JOIN subscriptions USING (subscriber_id)"
            )
        ).all()
        slots = connection.scalars(text("SELECT id FROM slots")).all()
    sign = stage.site.signer.sign
    return [
        *("/", "/style.css", "/style/cafe.css", "/icon.svg", "/share.js", "/robots.txt"),
        *(f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE, n)}" for n in (0, 1, 2)),
        f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}/",
        *(f"/p/{stage.token(TokenPurpose.PREFERENCES, n)}" for n in (0, 1)),
        *(f"/v/{stage.token(TokenPurpose.VIEW, n)}" for n in (0, 1)),
        *(f"/m/{sign(TokenPurpose.MANAGE, id_, consent)}" for id_, consent, _ in rows),
        *(
            f"/k/{sign(TokenPurpose.CONFIRM, id_, consent)}"
            for id_, consent, status in rows
            if status == "pending"
        ),
        *(
            f"/undo/{sign(TokenPurpose.UNDO, id_, consent)}"
            for id_, consent, status in rows
            if status == "unsubscribed"
        ),
        *(f"/s/{stage.share_id}", f"/s/{stage.share_id}?lang=en"),
        *(f"/n/{sign(TokenPurpose.ADDRESS, change, id_)}" for change, id_, _ in moves),
        *(
            f"/b/{sign(TokenPurpose.ADDRESS_UNDO, change, id_)}"
            for change, id_, done_at in moves
            if done_at
        ),
        *(f"/hold/{sign(TokenPurpose.HOLD, slot)}" for slot in slots),
        "/api/lists/cafe",
        *("/l/cafe", "/l/letter", "/l/cafe?lang=en"),
        *(f"/c/{SLUG}/1", f"/i/{SLUG}/tasse.png"),
        *(f"/c/{SLUG}/1/{stage.token(TokenPurpose.CLICK)}", f"/o/{stage.token(TokenPurpose.OPEN)}"),
        *("/a/cafe", "/a/cafe/386", "/a/cafe/386?lang=en", "/a/cafe/column/compliance"),
        *("/a/cafe/atom.xml", "/a/cafe/rss.xml", "/sitemap.xml"),
    ]


def form(**changes: str) -> Mapping[str, str]:
    """A subscribe form as a colleague fills it in, having seen it a minute ago."""
    shown = Signer(KEYS.links).sign(TokenPurpose.FORM, int(NOW.timestamp()) - 60)
    return {
        "email": "collegue@ailleurs.example",
        "name": "Zoé",
        "agreed": "yes",
        "wording": version_of(words(changes.get("lang", "fr"))),
        "shown": shown,
        **changes,
    }


@lru_cache
def words(locale: str, purpose: Purpose = Purpose.RECEIVE) -> str:
    """What a person agrees to."""
    workspace = Workspace.open(ROOT / "config.toml")
    templates, frame = templates_of(workspace, "cafe"), frame_of(workspace, "cafe")
    return wording_for(templates, frame, locale, purpose)
