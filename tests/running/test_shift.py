"""A shift: several campaigns in turns, and notices that overtake them, over one relay's lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from builders import KEYS, NOW, add_readers, make_workspace
from lying_server import LyingServer, Question
from mailer.config import Workspace
from mailer.delivery import Dispatch, Tally, routes_of
from mailer.notices import Alarm, AlarmEvent, alarm
from mailer.store import Store
from mailer.store.tables import Campaign, CampaignState, Notice
from running.issues import launch_issue

LISTS = ("cafe", "letter")


def house(folder: Path, store: Store, port: int, patch: pytest.MonkeyPatch) -> Workspace:
    patch.setenv("MAILER_RELAYS__MAIN__PORT", str(port))
    patch.setenv("MAILER_RELAYS__MAIN__CONNECTIONS", "1")
    url = store.engine.url.render_as_string(hide_password=False)
    return make_workspace(folder, url=url)


async def shift(workspace: Workspace, store: Store, campaigns: list[int]) -> Tally:
    dispatch = Dispatch(workspace, store, KEYS, lambda: NOW)
    return await dispatch.shift(
        campaigns, LISTS, routes_of(workspace, "cafe"), lambda _worker: None
    )


def test_two_lists_campaigns_take_turns(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> list[str]:
        async with LyingServer() as server:
            workspace = house(tmp_path, store, server.port, monkeypatch)
            campaigns = []
            for key in LISTS:
                add_readers(store, 30, list_key=key, first=1 + 100 * (key == "letter"))
                campaigns.append(launch_issue(store, workspace, 900, list_key=key, batch_size=5))
            tally = await shift(workspace, store, campaigns)
            assert tally.accepted == 60
            mails = [message_from_bytes(one.content, policy=policy.default) for one in server.kept]
            return [mail["From"] for mail in mails]

    senders = asyncio.run(run())
    first_letter = next(at for at, sender in enumerate(senders) if "letter@" in sender)
    last_cafe = max(at for at, sender in enumerate(senders) if "cafe@cafe" in sender)
    assert first_letter <= 10, "the second list's campaign waits for one batch, not for all"
    assert last_cafe > first_letter


def test_a_notice_overtakes_the_copies_that_were_taken_before_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves within a second or two, however many copies wait in front of it."""

    async def run() -> int:
        workspace: Workspace

        def answer(question: Question) -> None:
            if question.verb == "." and question.nth == 3:
                with store.write() as connection:
                    alarm(connection, workspace, KEYS, EMPTY, now=NOW)

        async with LyingServer(answer) as server:
            monkeypatch.setenv("MAILER_RELAYS__MAIN__RATE", '["20/s"]')
            workspace = house(tmp_path, store, server.port, monkeypatch)
            add_readers(store, 80)
            campaign = launch_issue(store, workspace, 900)
            assert (await shift(workspace, store, [campaign])).accepted == 81
            return [one.recipients for one in server.kept].index(("redaction@cafe.example",))

    assert 3 <= asyncio.run(run()) < 60


EMPTY = Alarm(event=AlarmEvent.EMPTY, list_key="cafe", cause="one", slot=NOW)


@pytest.mark.parametrize(
    ("answer", "readers", "event"),
    [
        (lambda q: "550 5.7.1 blocked" if q.verb == "RCPT" else None, 30, "breaker"),
        (lambda q: "550 5.1.1 unknown" if q.verb == "RCPT" else None, 30, "brake"),
    ],
)
def test_a_campaign_that_pauses_itself_tells_the_editors(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: Callable[[Question], str | None],
    readers: int,
    event: str,
) -> None:
    store = Store(sqlite_url)

    async def run() -> int:
        async with LyingServer(answer) as server:
            workspace = house(tmp_path, store, server.port, monkeypatch)
            add_readers(store, readers)
            campaign = launch_issue(store, workspace, 900)
            assert (await shift(workspace, store, [campaign])).halted
            return campaign

    campaign = asyncio.run(run())
    with store.read() as connection:
        state = connection.scalars(select(Campaign.state).where(Campaign.id == campaign)).one()
        causes = connection.scalars(select(Notice.cause)).all()
    assert state is CampaignState.PAUSED
    assert [cause.rpartition(f":{campaign}:")[0] for cause in causes] == [f"alarm:campaign.{event}"]
    store.close()
