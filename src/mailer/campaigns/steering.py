"""Steering a campaign from another terminal: pause, resume, cancel, try failed ones again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, func, select, update

from mailer.campaigns.errors import CampaignError
from mailer.campaigns.life import CampaignEvent, DeliveryEvent, campaign_after, delivery_after
from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    Delivery,
    DeliveryState,
    IssueRow,
    Subscriber,
)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign as a list of them shows it."""

    id: int
    slug: str
    state: CampaignState
    reason: str
    launched_at: datetime
    finished_at: datetime | None
    counts: dict[DeliveryState, int]

    @property
    def audience(self) -> int:
        """Everybody it has a delivery for."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Doubt:
    """A delivery whose connection was lost after the final dot (RFC 1047)."""

    delivery_id: int
    address: str
    doubts: int
    at: datetime | None
    relay: str


def campaign_lines(
    connection: Connection, campaign_id: int | None = None, *, limit: int = 20
) -> list[CampaignLine]:
    """Campaigns, newest first, or the one of that id."""
    query = (
        select(
            Campaign.id,
            IssueRow.slug,
            Campaign.state,
            Campaign.reason,
            Campaign.launched_at,
            Campaign.finished_at,
        )
        .join(IssueRow, IssueRow.id == Campaign.issue_id)
        .order_by(Campaign.id.desc())
        .limit(limit)
    )
    if campaign_id is not None:
        query = query.where(Campaign.id == campaign_id)
    rows = connection.execute(query).all()
    counts = _counts(connection, [row.id for row in rows])
    return [CampaignLine(*row, counts.get(row.id, {})) for row in rows]


def _counts(
    connection: Connection, campaigns: Sequence[int]
) -> dict[int, dict[DeliveryState, int]]:
    counts: dict[int, dict[DeliveryState, int]] = {}
    rows = connection.execute(
        select(Delivery.campaign_id, Delivery.state, func.count())
        .where(Delivery.campaign_id.in_(campaigns))
        .group_by(Delivery.campaign_id, Delivery.state)
    )
    for campaign_id, state, count in rows:
        counts.setdefault(campaign_id, {})[state] = count
    return counts


def steer(
    connection: Connection, campaign_id: int, event: CampaignEvent, now: datetime, reason: str = ""
) -> CampaignState:
    """Pause, resume or cancel; returns the state that follows.

    A cancelled campaign's waiting deliveries are cancelled with it; what is on its way is
    recorded by its worker. Raises CampaignError, ImpossibleMoveError.
    """
    state = _state(connection, campaign_id)
    following = campaign_after(state, event)
    connection.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id)
        .values(
            state=following,
            reason=reason,
            finished_at=now if following is CampaignState.CANCELLED else None,
        )
    )
    if following is CampaignState.CANCELLED:
        cancel_waiting(connection, campaign_id, now, reason)
    return following


def cancel_waiting(
    connection: Connection, campaign_id: int, now: datetime, reason: str = ""
) -> None:
    """Cancel the deliveries that wait; again for what a worker gives back later."""
    for waiting in (DeliveryState.PENDING, DeliveryState.DEFERRED):
        connection.execute(
            update(Delivery)
            .where(Delivery.campaign_id == campaign_id, Delivery.state == waiting)
            .values(
                state=delivery_after(waiting, DeliveryEvent.CANCELLED),
                settled_at=now,
                due_at=None,
                reply=reason or "cancelled",
            )
        )


def states_of(connection: Connection, campaigns: Collection[int]) -> dict[int, CampaignState]:
    """How campaigns stand now."""
    rows = connection.execute(select(Campaign.id, Campaign.state).where(Campaign.id.in_(campaigns)))
    return dict(rows.all())


def say_of(connection: Connection, campaign_id: int, words: str) -> None:
    """Why a campaign that is being sent does not move; or, empty, that it does."""
    connection.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == CampaignState.SENDING)
        .values(reason=words)
    )


def retry_failed(connection: Connection, campaign_id: int) -> int:
    """Make failed deliveries pending again; returns how many. Consent is asked anew.

    Raises CampaignError where the campaign was cancelled.
    """
    state = _state(connection, campaign_id)
    _refuse_cancelled(campaign_id, state)
    retried = connection.execute(
        update(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.FAILED)
        .values(state=delivery_after(DeliveryState.FAILED, DeliveryEvent.RETRIED), settled_at=None)
    ).rowcount
    _reopen(connection, campaign_id, state, retried)
    return retried


def doubtful(connection: Connection, campaign_id: int) -> list[Doubt]:
    """The deliveries of a campaign that a person must decide on."""
    rows = connection.execute(
        select(
            Delivery.id,
            func.coalesce(Subscriber.address, "erased"),
            Delivery.doubts,
            Delivery.settled_at,
            func.coalesce(Delivery.relay, ""),
        )
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.IN_DOUBT)
        .order_by(Delivery.id)
    )
    return [Doubt(*row) for row in rows]


def resolve_doubts(
    connection: Connection, campaign_id: int, event: DeliveryEvent, now: datetime
) -> int:
    """Count all doubtful ones as accepted, or send them again; returns how many.

    Raises CampaignError where they are to be sent again and the campaign was cancelled.
    """
    state = _state(connection, campaign_id)
    following = delivery_after(DeliveryState.IN_DOUBT, event)
    if following is DeliveryState.PENDING:
        _refuse_cancelled(campaign_id, state)
    settled_at = now if following is DeliveryState.ACCEPTED else None
    resolved = connection.execute(
        update(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.IN_DOUBT)
        .values(state=following, settled_at=settled_at)
    ).rowcount
    if following is DeliveryState.PENDING:
        _reopen(connection, campaign_id, state, resolved)
    return resolved


def _state(connection: Connection, campaign_id: int) -> CampaignState:
    state = connection.scalar(
        select(Campaign.state).where(Campaign.id == campaign_id).with_for_update()
    )
    if state is None:
        raise CampaignError(f"there is no campaign {campaign_id}", mend="see: mailer campaigns")
    return state


def _refuse_cancelled(campaign_id: int, state: CampaignState) -> None:
    """What waits in a cancelled campaign would wait for ever."""
    if state is CampaignState.CANCELLED:
        raise CampaignError(
            f"campaign {campaign_id} was cancelled: nothing of it is sent any more",
            mend="publish the issue again under a new number",
        )


def _reopen(connection: Connection, campaign_id: int, state: CampaignState, count: int) -> None:
    """Let the batches of deliveries that wait again be taken, and the campaign go on."""
    if not count:
        return
    waits = exists(
        select(1).where(
            Delivery.campaign_id == Batch.campaign_id,
            Delivery.id.between(Batch.first_id, Batch.last_id),
            Delivery.state == DeliveryState.PENDING,
        )
    )
    connection.execute(
        update(Batch)
        .where(Batch.campaign_id == campaign_id, Batch.state == BatchState.DONE, waits)
        .values(state=BatchState.WAITING)
    )
    if state is CampaignState.FINISHED:
        connection.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(state=campaign_after(state, CampaignEvent.GREW), finished_at=None)
        )
