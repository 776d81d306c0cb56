"""Launching: issue, links, audience and consent are frozen in one transaction.

A list has one campaign for an issue and a campaign one delivery for a person, both by the
database's own word. Launched again, a campaign takes in whoever subscribed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import exists as sql_exists

from mailer.audience import ensure_list, may_be_mailed
from mailer.campaigns.errors import CampaignError, ChangedIssueError
from mailer.campaigns.life import CampaignEvent, campaign_after
from mailer.store import insert_once, refresh_statistics
from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignMail,
    CampaignState,
    ConsentRecord,
    Delivery,
    DeliveryState,
    IssueEdition,
    IssueRow,
    LinkRow,
    ShareLink,
    Subscriber,
    Subscription,
)


class PlacedLink(Protocol):
    """A content link by its place in the issue."""

    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def url(self) -> str: ...  # noqa: D102
    @property
    def locale(self) -> str: ...  # noqa: D102
    @property
    def label(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a launch freezes."""

    list_key: str
    number: int
    slug: str
    """The issue's name in URLs."""
    digest: str
    """Of the issue and its template: a changed one is refused."""
    frame: Mapping[str, Any]
    """Sender and addresses of the list."""
    mails: Mapping[str, str]
    """The compiled mail of each language, as text."""
    links: Sequence[PlacedLink]
    editions: Sequence[Mapping[str, Any]] = ()
    """What the archive will say of each language, as its rows have it."""
    batch_size: int = 500


@dataclass(frozen=True, slots=True)
class Launched:
    """What a launch did."""

    campaign_id: int
    is_new: bool
    added: int
    """Deliveries written now: on a second launch, the readers who came since the first."""
    audience: int


DueIn = Callable[[str | None], datetime]
"""When a reader's copy is due, by the name of their time zone (None: unknown)."""


def launch(
    connection: Connection,
    plan: Plan,
    *,
    share_id: str,
    now: datetime,
    slot_id: int | None = None,
    due_in: DueIn | None = None,
) -> Launched:
    """Freeze everything and write one delivery for each reader who consents.

    `share_id` is a fresh random one, used where the issue has no share link yet; `slot_id` the
    scheduled time that launches it. All batches are due now, or zone by zone as `due_in` says.
    Raises ChangedIssueError where readers got another text, CampaignError where it was cancelled.
    """
    list_id = ensure_list(connection, plan.list_key)
    issue_id = register_issue(connection, plan, list_id, share_id=share_id, now=now)
    campaign_id, is_new = _ensure_campaign(connection, plan, list_id, issue_id, slot_id, now)
    if is_new:
        _replace_contents(connection, issue_id, plan)
    before = _audience(connection, campaign_id)
    after = before
    readers = may_be_mailed(list_id, plan.list_key, now)
    for due_at, group in _groups(connection, readers, due_in, now):
        first = after
        _add_deliveries(connection, campaign_id, group, first)
        after = _audience(connection, campaign_id)
        _add_batches(connection, campaign_id, first, after, plan.batch_size, due_at)
    if after > before:
        if not is_new:
            _reopen(connection, campaign_id)
        # What every batch asks of these tables; they may have been imported a minute ago.
        refresh_statistics(connection, Delivery, Subscription, Subscriber, ConsentRecord)
    return Launched(campaign_id, is_new, after - before, after)


def register_issue(
    connection: Connection, plan: Plan, list_id: int, *, share_id: str, now: datetime
) -> int:
    """The id of the issue, made on first use with its share link.

    Until it is launched its links and titles follow its text: a test copy's links work too.
    """
    insert_once(
        connection,
        IssueRow,
        {"list_id": list_id, "number": plan.number, "slug": plan.slug, "created_at": now},
    )
    # Locked, so that of two who write its links one sees what the other wrote.
    issue_id = connection.scalars(
        select(IssueRow.id)
        .where(IssueRow.list_id == list_id, IssueRow.number == plan.number)
        .with_for_update()
    ).one()
    shared = ShareLink.issue_id == issue_id, ShareLink.delivery_id.is_(None)
    if not connection.scalar(select(sql_exists().where(*shared))):
        connection.execute(
            insert(ShareLink).values(
                id=share_id, issue_id=issue_id, campaign_id=None, delivery_id=None, created_at=now
            )
        )
    if not connection.scalar(select(sql_exists().where(Campaign.issue_id == issue_id))):
        _replace_contents(connection, issue_id, plan)
    return issue_id


def _ensure_campaign(
    connection: Connection,
    plan: Plan,
    list_id: int,
    issue_id: int,
    slot_id: int | None,
    now: datetime,
) -> tuple[int, bool]:
    is_new = insert_once(
        connection,
        Campaign,
        {
            "list_id": list_id,
            "issue_id": issue_id,
            "slot_id": slot_id,
            "state": CampaignState.SENDING,
            "reason": "",
            "digest": plan.digest,
            "frame": dict(plan.frame),
            "launched_at": now,
            "finished_at": None,
        },
    )
    found = connection.execute(
        select(Campaign.id, Campaign.digest, Campaign.state, Campaign.launched_at)
        .where(Campaign.list_id == list_id, Campaign.issue_id == issue_id)
        .with_for_update()
    ).one()
    if is_new:
        connection.execute(
            insert(CampaignMail),
            [
                {"campaign_id": found.id, "locale": locale, "mail": mail}
                for locale, mail in plan.mails.items()
            ],
        )
    elif found.digest != plan.digest:
        raise ChangedIssueError(
            f"issue {plan.number} was changed after it was launched"
            f" on {found.launched_at:%Y-%m-%d %H:%M} UTC",
            mend="put its text and template back, or publish the change under a new number",
        )
    elif found.state is CampaignState.CANCELLED:
        raise CampaignError(
            f"the campaign of issue {plan.number} was cancelled",
            mend="publish it again under a new number",
        )
    return found.id, is_new


def _replace_contents(connection: Connection, issue_id: int, plan: Plan) -> None:
    connection.execute(delete(IssueEdition).where(IssueEdition.issue_id == issue_id))
    if plan.editions:
        rows = [{"issue_id": issue_id, **edition} for edition in plan.editions]
        connection.execute(insert(IssueEdition), rows)
    _replace_links(connection, issue_id, plan.links)


def _replace_links(connection: Connection, issue_id: int, links: Sequence[PlacedLink]) -> None:
    connection.execute(delete(LinkRow).where(LinkRow.issue_id == issue_id))
    if links:
        connection.execute(
            insert(LinkRow),
            [
                {
                    "issue_id": issue_id,
                    "n": link.n,
                    "url": link.url,
                    "locale": link.locale,
                    "label": link.label,
                }
                for link in links
            ],
        )


def _audience(connection: Connection, campaign_id: int) -> int:
    # Ids are given without gaps, so the highest one counts them.
    return (
        connection.scalar(select(func.max(Delivery.id)).where(Delivery.campaign_id == campaign_id))
        or 0
    )


def _groups(
    connection: Connection, readers: ColumnElement[bool], due_in: DueIn | None, now: datetime
) -> Iterator[tuple[datetime, ColumnElement[bool]]]:
    """Who is written to together: everybody now, or zone by zone, the earliest first."""
    if due_in is None:
        yield now, readers
        return
    zones: dict[datetime, list[str | None]] = {}
    for zone in connection.scalars(
        select(Subscriber.timezone)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(readers)
        .distinct()
    ):
        zones.setdefault(due_in(zone), []).append(zone)
    for due_at, names in sorted(zones.items()):
        known = [name for name in names if name is not None]
        here: ColumnElement[bool] = Subscriber.timezone.in_(known)
        if None in names:
            here = or_(here, Subscriber.timezone.is_(None))
        yield due_at, and_(readers, here)


def _add_deliveries(
    connection: Connection, campaign_id: int, group: ColumnElement[bool], before: int
) -> None:
    readers = (
        select(
            literal(campaign_id),
            (func.row_number().over(order_by=Subscription.id) + before),
            Subscriber.id,
            Subscription.consent_id,
            literal(DeliveryState.PENDING.value),
            literal(0),
            literal(0),
        )
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(group)
    )
    if before:
        readers = readers.where(
            ~sql_exists(
                select(1).where(
                    Delivery.campaign_id == campaign_id, Delivery.subscriber_id == Subscriber.id
                )
            )
        )
    columns = (
        Delivery.campaign_id,
        Delivery.id,
        Delivery.subscriber_id,
        Delivery.consent_id,
        Delivery.state,
        Delivery.attempts,
        Delivery.doubts,
    )
    connection.execute(insert(Delivery).from_select([column.name for column in columns], readers))


def _add_batches(
    connection: Connection, campaign_id: int, before: int, after: int, size: int, due_at: datetime
) -> None:
    if after == before:
        return
    first_number = 1 + (
        connection.scalar(select(func.max(Batch.number)).where(Batch.campaign_id == campaign_id))
        or 0
    )
    connection.execute(
        insert(Batch),
        [
            {
                "campaign_id": campaign_id,
                "number": number,
                "first_id": first,
                "last_id": min(first + size - 1, after),
                "state": BatchState.WAITING,
                "due_at": due_at,
                "taken_by": None,
                "taken_at": None,
            }
            for number, first in enumerate(range(before + 1, after + 1, size), first_number)
        ],
    )


def _reopen(connection: Connection, campaign_id: int) -> None:
    state = connection.scalars(select(Campaign.state).where(Campaign.id == campaign_id)).one()
    if state is not CampaignState.PAUSED:
        connection.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(state=campaign_after(state, CampaignEvent.GREW), finished_at=None)
        )
