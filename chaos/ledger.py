"""What the mailer's database says of a campaign."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from mailer.store import Store
from mailer.store.tables import Campaign, CampaignState, Delivery, DeliveryState, Subscriber


@dataclass(frozen=True, slots=True)
class Row:
    """One reader's copy."""

    recipient: str
    state: DeliveryState
    attempts: int
    doubts: int
    reply: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a campaign stands."""

    state: CampaignState | None
    """None before it is launched."""
    next_due: datetime | None
    reason: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.state in {CampaignState.FINISHED, CampaignState.CANCELLED}


class Ledger:
    """A database with at most one campaign."""

    def __init__(self, url: str) -> None:
        self._store = Store(url)

    def close(self) -> None:
        """Let the database go."""
        self._store.close()

    def standing(self) -> Standing:
        """How the campaign stands."""
        with self._store.read() as connection:
            campaign = connection.execute(select(Campaign.state, Campaign.reason)).first()
            due = connection.scalar(
                select(func.min(Delivery.due_at)).where(Delivery.state == DeliveryState.DEFERRED)
            )
        return Standing(campaign.state, due, campaign.reason) if campaign else Standing(None, None)

    def rows(self) -> list[Row]:
        """Every reader's copy."""
        with self._store.read() as connection:
            found = connection.execute(
                select(
                    Subscriber.address,
                    Delivery.state,
                    Delivery.attempts,
                    Delivery.doubts,
                    func.coalesce(Delivery.reply, ""),
                ).join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            )
            return [Row(*one) for one in found]


def states_of(rows: list[Row]) -> Counter[DeliveryState]:
    """How many copies are in each state."""
    return Counter(row.state for row in rows)
