"""A backup taken while a campaign leaves: the machine is lost, and the copy goes on from there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from chaos import book
from chaos.campaign import Campaign, sink
from chaos.ledger import Ledger, Row
from chaos.processes import free_port
from chaos.temper import Temper
from chaos.workspace import Workspace as Terminal
from delivery.publisher import publisher
from fixtures.postgres import Postgres
from mailer.campaigns import sum_of
from mailer.clock import utc_now
from mailer.config import Workspace
from mailer.consent import seal, verify
from mailer.desk.backup import back_up, restore
from mailer.keys import load_keys
from mailer.store import Store
from mailer.store.tables import Delivery, DeliveryState
from running.services import until

READERS = int(os.environ.get("READERS", "1500"))
"""As many as there is time for: `make chaos` has more."""
RATE = f'["{READERS // 3}/s"]'


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_copy_finishes_the_campaign_and_mails_nobody_it_knows_was_reached(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url")
    elsewhere = f"sqlite:///{tmp_path}/again/var/mailer.db"
    if kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        elsewhere = server.url(server.create())
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    file = tmp_path / "copy.tar.gz"
    there, port = publisher(tmp_path / "there", url, READERS, workers=2)
    sealed(there.folder)

    with sink(port, before, Temper()):
        slowly = there.with_settings(MAILER_RELAYS__MAIN__RATE=RATE)
        campaign = Campaign(slowly, before, seconds=120)
        campaign.send()
        until(lambda: campaign.lines >= READERS // 3, "the campaign is in its middle")
        early = set(book.count(before).recipients)
        back_up(Workspace.open(there.folder / "config.toml"), file, utc_now())
        assert campaign.family(), "it was taken while the campaign ran"
        campaign.end()

    monkeypatch.setenv("MAILER_STORE__URL", elsewhere)
    workspace, _ = restore(file, tmp_path / "again", utc_now)
    rows = consistent(workspace)
    reached = {row.recipient for row in rows if row.state is DeliveryState.ACCEPTED}
    doubtful = {row.recipient for row in rows if row.doubts}
    kept = book.count(before)
    assert reached <= set(kept.recipients), "nobody is called reached who was not"
    assert early <= reached | doubtful, "nobody who was reached before it began is forgotten"

    again = Terminal(workspace.root, there.settings | {"MAILER_STORE__URL": elsewhere})
    other = free_port()
    with sink(other, after, Temper()):
        again = again.with_settings(MAILER_RELAYS__MAIN__PORT=str(other))
        story = Campaign(again, after, seconds=120).until_over()
    assert story.wrongs == []
    mailed = book.count(after)
    assert mailed.recipients.keys().isdisjoint(reached)
    assert mailed.recipients.keys() == {row.recipient for row in rows} - reached
    assert mailed.repeats == 0
    assert {row.state for row in rows_of(workspace)} == {DeliveryState.ACCEPTED}
    for recipient in mailed.recipients.keys() & kept.recipients.keys():
        # A mailbox that takes the same Message-ID twice shows it once.
        assert mailed.recipients[recipient] == kept.recipients[recipient]


def sealed(folder: Path) -> None:
    """The ledger, so that a copy can show that nothing of it was changed."""
    workspace = Workspace.open(folder / "config.toml")
    store = Store(workspace.store_url)
    seal(store, workspace.seals, utc_now)
    store.close()


def consistent(workspace: Workspace) -> list[Row]:
    """What the copy says of each reader, once it is whole: references, sums, ledger."""
    store = Store(workspace.store_url)
    with store.read() as connection:
        if store.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.scalar(select(func.count()).select_from(Delivery)) == READERS
        assert sum(sum_of(connection, 1).by_state.values()) == READERS
        ledger = verify(connection, load_keys(workspace.keys), workspace.seals)
        assert ledger.is_whole, ledger.findings
        assert ledger.records == READERS
    store.close()
    return rows_of(workspace)


def rows_of(workspace: Workspace) -> list[Row]:
    ledger = Ledger(workspace.store_url)
    rows = ledger.rows()
    ledger.close()
    return rows
