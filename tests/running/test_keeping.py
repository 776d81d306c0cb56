"""Beside the sending, `mailer run` seals the ledger and reads the mailbox by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builders import KEYS, add_readers
from inbound.conftest import LEAVE, drop, mail, with_inbound
from mailer.campaigns import leaving_mailto
from mailer.consent import heads
from mailer.delivery import Dispatch
from mailer.running.keeping import keep_reading, keep_sealing
from mailer.store import Store
from mailer.tokens import Signer
from web.stage import Clock, fill, stage_on


@dataclass
class House:
    """What both loops ask of their process; it stops when told by the test."""

    dispatch: Dispatch
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    rests: list[float] = field(default_factory=list)

    def machine_time(self, span):  # type: ignore[no-untyped-def]
        return span

    async def rest(self, seconds: float) -> None:
        """One round, then the end."""
        self.rests.append(seconds)
        self.stopping.set()


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path):  # type: ignore[no-untyped-def]
    store = Store(sqlite_url)
    fill(store)
    for folder in ("tmp", "new", "cur"):
        (tmp_path / "workspace" / "mail" / folder).mkdir(parents=True)
    workspace = with_inbound(tmp_path / "workspace", maildir="mail")
    yield House(Dispatch(workspace, store, KEYS, Clock()))
    store.close()


def test_new_entries_are_sealed_every_hour(house: House) -> None:
    add_readers(house.dispatch.store, 2, first=20)
    asyncio.run(keep_sealing(house))  # type: ignore[arg-type]
    with house.dispatch.store.read() as connection:
        assert [one.count for one in heads(connection)] == [5]
    assert house.rests == [3600]
    assert len(list(house.dispatch.workspace.seals.iterdir())) == 1


def test_the_mailbox_is_read_every_minute(house: House) -> None:
    store, workspace = house.dispatch.store, house.dispatch.workspace
    stage = stage_on(workspace, store)
    uri = leaving_mailto(Signer(KEYS.links), LEAVE, stage.campaign, 1)
    drop(workspace.root / "mail", "1.a", mail(uri.removeprefix("mailto:").partition("?")[0]))
    asyncio.run(keep_reading(house))  # type: ignore[arg-type]
    assert stage.actions(stage.readers[0]) == ["confirmed", "withdrawn"]
    assert house.rests == [60]


def test_a_mailbox_that_cannot_be_read_is_tried_again(house: House) -> None:
    (house.dispatch.workspace.root / "mail" / "new").rmdir()
    asyncio.run(keep_reading(house))  # type: ignore[arg-type]
    assert house.rests == [60]
