"""Sending as the configuration has it: which relay, how fast, what to do with doubts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from mailer.campaigns import Copies, FrozenCampaign, envelope_senders, frozen_campaign
from mailer.clock import Clock
from mailer.config import Workspace
from mailer.delivery.batches import close_if_drained, next_due, reopen_due
from mailer.delivery.jobs import Source
from mailer.delivery.routes import Route, routes_of
from mailer.delivery.sending import Recovered, recover, send
from mailer.delivery.settling import Policy
from mailer.delivery.sources import CampaignSource, NoticeSource
from mailer.delivery.tally import Tally
from mailer.delivery.worker import Worker
from mailer.keys import Keys
from mailer.notices import Alarm, AlarmEvent, alarm, signers_of
from mailer.outcomes import Trip
from mailer.stats import tell_editors
from mailer.store import Store

Started = Callable[[Worker], None]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Everything a sending needs to know."""

    workspace: Workspace
    store: Store
    keys: Keys
    clock: Clock

    def recover(self, *, everywhere: bool = False) -> Recovered:
        """Read back what workers that died on this machine wrote down.

        `everywhere`: no worker lives on any machine, as after a backup was put back.
        """
        name = next(iter(self.workspace.settings.relays))
        return recover(
            self.store,
            self.workspace.journals,
            on_doubt=self._policy.in_doubt,
            relay=name,
            clock=self.clock,
            everywhere=everywhere,
        )

    async def campaign(
        self, campaign_id: int, started: Started, *, index: int = 0, of: int = 1
    ) -> Tally:
        """Send what is due of a campaign, its list's notices first, as worker `index` of `of`.

        Raises RelayDownError, JournalError or StoreError; nothing is lost then.
        """
        with self.store.read() as connection:
            campaign = frozen_campaign(connection, campaign_id)
        assert campaign is not None
        routes = routes_of(self.workspace, campaign.list_key)
        return await self.shift(
            [campaign_id],
            self._neighbours(campaign.list_key),
            [route.share(index, of) for route in routes],
            started,
        )

    async def shift(
        self,
        campaigns: Sequence[int],
        lists: Sequence[str],
        routes: Sequence[Route],
        started: Started,
    ) -> Tally:
        """Send what is due of these campaigns in turns, and the notices of those lists first.

        Raises RelayDownError, JournalError or StoreError; nothing is lost then.
        """
        with self.store.read() as connection:
            frozen = [frozen_campaign(connection, campaign_id) for campaign_id in campaigns]
        sources = [self._source(campaign) for campaign in frozen if campaign is not None]
        tally = await self._send([NoticeSource(lists), *sources], routes, started)
        tally.skipped = sum(source.skipped for source in sources)
        return tally

    async def notices(self, list_key: str, started: Started = lambda _worker: None) -> Tally:
        """Send the notices that are due of all lists that share this one's relays."""
        return await self._send(
            [NoticeSource(self._neighbours(list_key))],
            routes_of(self.workspace, list_key),
            started,
        )

    def open(self, campaign_id: int) -> None:
        """Make deferred deliveries whose time has come wait again."""
        with self.store.write() as connection:
            reopen_due(connection, campaign_id, self.clock())

    def close(self, campaign_id: int) -> bool:
        """Mark a campaign finished where nothing of it is left to do; returns whether it is.

        The editors' report is written in the same transaction.
        """
        now = self.clock()
        with self.store.write() as connection:
            if not close_if_drained(connection, campaign_id, now):
                return False
            tell_editors(connection, self.workspace, self.keys, campaign_id, now=now)
            return True

    async def _send(
        self, sources: Sequence[Source], routes: Sequence[Route], started: Started
    ) -> Tally:
        return await send(
            self.store,
            self.keys,
            self.workspace.journals,
            sources,
            routes,
            self._policy,
            self.clock,
            started=started,
            on_halt=self._tell_editors,
        )

    def _tell_editors(self, connection: Connection, campaign_id: int, trip: Trip, why: str) -> None:
        """A campaign that paused itself waits for a person, who hears of it."""
        campaign = frozen_campaign(connection, campaign_id)
        assert campaign is not None
        now = self.clock()
        event = AlarmEvent.BREAKER if trip is Trip.BREAKER else AlarmEvent.BRAKE
        alarm(
            connection,
            self.workspace,
            self.keys,
            Alarm(
                event=event,
                list_key=campaign.list_key,
                cause=f"{campaign_id}:{now.isoformat()}",
                issue=campaign.slug,
                campaign=campaign_id,
                why=why,
            ),
            now=now,
        )

    @property
    def _policy(self) -> Policy:
        delivery = self.workspace.settings.delivery
        return Policy(
            in_doubt=delivery.in_doubt,
            retry_after=delivery.retry_after,
            retry_for=delivery.retry_for,
        )

    def _source(self, campaign: FrozenCampaign) -> CampaignSource:
        sender = campaign.frame["sender"][1]
        signers = signers_of(self.workspace, sender.rpartition("@")[2])
        mailing_list = self.workspace.list(campaign.list_key)
        copies = Copies(campaign, self.keys, self.clock, signers)
        senders = envelope_senders(
            self.keys,
            campaign.id,
            sender=sender,
            bounce_domain=mailing_list.bounce_domain,
        )
        return CampaignSource(
            campaign,
            senders,
            copies.wire,
            retry_for=mailing_list.expires_after,
            tracking=mailing_list.tracking,
        )

    def _neighbours(self, list_key: str) -> list[str]:
        mine = self.workspace.relays(self.workspace.list(list_key)).keys()
        return [
            key
            for key, mailing_list in self.workspace.settings.lists.items()
            if self.workspace.relays(mailing_list).keys() == mine
        ]


def when_due(dispatch: Dispatch, campaign_id: int) -> str:
    """When the next deferred delivery is due, as the list's clock shows it; or nothing."""
    with dispatch.store.read() as connection:
        due = next_due(connection, campaign_id)
        campaign = frozen_campaign(connection, campaign_id)
    if due is None or campaign is None:
        return ""
    zone = dispatch.workspace.list(campaign.list_key).zone
    return due.astimezone(zone).strftime("%Y-%m-%d %H:%M")
