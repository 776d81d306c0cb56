"""Sending as the configuration has it: which relay, how fast, what to do with doubts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailer.campaigns import Copies, FrozenCampaign, frozen_campaign
from mailer.clock import Clock
from mailer.config import Workspace, connections_to, rate_to
from mailer.delivery.batches import close_if_drained, next_due, reopen_due
from mailer.delivery.sending import Recovered, Route, recover, send
from mailer.delivery.settling import Policy
from mailer.delivery.sources import CampaignSource, NoticeSource
from mailer.delivery.worker import Tally, Worker
from mailer.keys import Keys
from mailer.notices import signers_of
from mailer.smtp import RelayAddress, Security, Timeouts
from mailer.store import Store

Started = Callable[[Worker], None]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Everything a sending needs to know."""

    workspace: Workspace
    store: Store
    keys: Keys
    clock: Clock

    def recover(self) -> Recovered:
        """Read back what workers that died on this machine wrote down."""
        name = next(iter(self.workspace.settings.relays))
        return recover(
            self.store,
            self.workspace.journals,
            on_doubt=self._policy.in_doubt,
            relay=name,
            clock=self.clock,
        )

    async def campaign(self, campaign_id: int, started: Started) -> Tally:
        """Send what is due of a campaign, its list's notices first.

        Raises RelayDownError, JournalError or StoreError; nothing is lost then.
        """
        with self.store.write() as connection:
            reopen_due(connection, campaign_id, self.clock())
            campaign = frozen_campaign(connection, campaign_id)
        assert campaign is not None
        source = self._source(campaign)
        tally = await send(
            self.store,
            self.workspace.journals,
            [NoticeSource(self._neighbours(campaign.list_key)), source],
            route_of(self.workspace, campaign.list_key),
            self._policy,
            self.clock,
            started=started,
        )
        with self.store.write() as connection:
            close_if_drained(connection, campaign_id, self.clock())
        tally.skipped = source.skipped
        return tally

    async def notices(self, list_key: str, started: Started = lambda _worker: None) -> Tally:
        """Send the notices that are due of all lists that share this one's relay."""
        return await send(
            self.store,
            self.workspace.journals,
            [NoticeSource(self._neighbours(list_key))],
            route_of(self.workspace, list_key),
            self._policy,
            self.clock,
            started=started,
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
        copies = Copies(campaign, self.keys, self.clock, signers)
        return CampaignSource(campaign, sender, copies.wire)

    def _neighbours(self, list_key: str) -> list[str]:
        relay, _ = self.workspace.relay(self.workspace.list(list_key))
        return [
            key
            for key, mailing_list in self.workspace.settings.lists.items()
            if self.workspace.relay(mailing_list)[0] == relay
        ]


def route_of(workspace: Workspace, list_key: str) -> Route:
    """The relay of a list, ready to be used; raises ConfigError where its password is missing."""
    name, relay = workspace.relay(workspace.list(list_key))
    rate = rate_to(relay)
    seconds = relay.timeout.total_seconds() if relay.timeout else None
    return Route(
        name=name,
        address=RelayAddress(
            host=relay.host,
            port=relay.port,
            security=Security(relay.security),
            username=relay.username,
            password=workspace.password(relay),
            ca_file=relay.ca_file,
            timeouts=Timeouts() if seconds is None else _all(seconds),
        ),
        connections=connections_to(relay),
        per_second=rate.per_second if rate else None,
    )


def _all(seconds: float) -> Timeouts:
    return Timeouts(
        connect=seconds,
        greeting=seconds,
        command=seconds,
        mail=seconds,
        rcpt=seconds,
        data=seconds,
        block=seconds,
        final=seconds,
    )


def when_due(dispatch: Dispatch, campaign_id: int) -> str:
    """When the next deferred delivery is due, as the list's clock shows it; or nothing."""
    with dispatch.store.read() as connection:
        due = next_due(connection, campaign_id)
        campaign = frozen_campaign(connection, campaign_id)
    if due is None or campaign is None:
        return ""
    zone = dispatch.workspace.list(campaign.list_key).zone
    return due.astimezone(zone).strftime("%Y-%m-%d %H:%M")
