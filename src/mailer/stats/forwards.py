"""What became of an issue that was passed on: how often it was visited, and who came to stay.

Three kinds of figure, each as certain as it says. Visits are requests: a colleague, or the reader
again. Declared is what somebody said by pressing «No, this was forwarded to me». Confirmed is a
person who subscribed through the link and confirmed by mail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, func, select

from mailer.store.tables import (
    Action,
    ConsentRecord,
    Delivery,
    PageCount,
    Purpose,
    ShareLink,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)


@dataclass(frozen=True, slots=True)
class Branching:
    """One person who passed something on, named by nothing: how many came, and what they did."""

    confirmed: int
    onward: tuple[Branching, ...]
    """Those among them who passed an issue on in their turn."""

    @property
    def all_confirmed(self) -> int:
        """With all that came of it."""
        return self.confirmed + sum(one.all_confirmed for one in self.onward)


@dataclass(frozen=True, slots=True)
class Forwards:
    """What is known about an issue that was passed on."""

    visits: int
    machine_visits: int
    declared: int
    waiting: int
    """Asked to subscribe through it and not confirmed yet."""
    confirmed: int
    by_issue: Branching
    """Through the issue's own link: nobody knows whose copy it was."""
    by_readers: tuple[Branching, ...]
    """Through the links of readers who agreed to that, largest first."""

    @property
    def generations(self) -> tuple[int, ...]:
        """How many confirmed in the first generation, in the second, and so on."""
        levels: list[int] = []
        row: list[Branching] = [self.by_issue, *self.by_readers]
        while any(one.confirmed for one in row):
            levels.append(sum(one.confirmed for one in row))
            row = [child for one in row for child in one.onward]
        return tuple(levels)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """Somebody who came through a share link."""

    person: int
    issue_id: int
    forwarder: int | None
    """None where the link was the issue's own."""


def forwards_of(connection: Connection, issue_id: int) -> Forwards:
    """What became of an issue that was passed on."""
    visits = dict.fromkeys((False, True), 0)
    rows = connection.execute(
        select(PageCount.machine, func.sum(PageCount.count))
        .where(PageCount.issue_id == issue_id, PageCount.page == "share")
        .group_by(PageCount.machine)
    )
    visits |= {machine: int(count) for machine, count in rows}
    declared = connection.scalar(
        select(func.sum(PageCount.count)).where(
            PageCount.issue_id == issue_id, PageCount.page == "forwarded"
        )
    )
    waiting = connection.scalars(
        select(func.count())
        .select_from(Subscription)
        .join(ShareLink, ShareLink.id == Subscription.share_id)
        .where(ShareLink.issue_id == issue_id, Subscription.status == SubscriptionStatus.PENDING)
    ).one()
    arrivals = list(_arrivals(connection))
    of_issue = [one for one in arrivals if one.issue_id == issue_id]
    nodes = _trees(of_issue, _brought_by(arrivals))
    by_issue = nodes.pop(None, Branching(0, ()))
    return Forwards(
        visits=visits[False],
        machine_visits=visits[True],
        declared=int(declared or 0),
        waiting=waiting,
        confirmed=len(of_issue),
        by_issue=by_issue,
        by_readers=_ordered(list(nodes.values())),
    )


def came_through(connection: Connection, subscriber_id: int, list_id: int) -> int:
    """How many people confirmed through a reader's own share links: all that reader is told."""
    return connection.scalars(
        select(func.count())
        .select_from(Subscription)
        .join(ShareLink, ShareLink.id == Subscription.share_id)
        .join(
            Delivery,
            (Delivery.campaign_id == ShareLink.campaign_id)
            & (Delivery.id == ShareLink.delivery_id),
        )
        .where(
            Delivery.subscriber_id == subscriber_id,
            Subscription.list_id == list_id,
            Subscription.status != SubscriptionStatus.PENDING,
        )
    ).one()


def _trees(
    of_issue: list[_Arrival], brought: Mapping[int, list[int]]
) -> dict[int | None, Branching]:
    """By forwarder, what grew from them; who was brought by one of these is no root."""
    came = {one.person for one in of_issue}
    roots: dict[int | None, list[int]] = defaultdict(list)
    for one in of_issue:
        if one.forwarder not in came:
            roots[one.forwarder].append(one.person)
    seen = {person for people in roots.values() for person in people}
    return {forwarder: _branching(people, brought, seen) for forwarder, people in roots.items()}


def _branching(people: list[int], brought: Mapping[int, list[int]], seen: set[int]) -> Branching:
    onward = []
    for person in people:
        next_ones = [one for one in brought.get(person, ()) if one not in seen]
        seen.update(next_ones)  # two who pass on to each other are no circle
        if next_ones:
            onward.append(_branching(next_ones, brought, seen))
    return Branching(len(people), _ordered(onward))


def _ordered(found: list[Branching]) -> tuple[Branching, ...]:
    return tuple(sorted(found, key=lambda one: one.all_confirmed, reverse=True))


def _brought_by(arrivals: list[_Arrival]) -> dict[int, list[int]]:
    brought: dict[int, list[int]] = defaultdict(list)
    for one in arrivals:
        if one.forwarder is not None:
            brought[one.forwarder].append(one.person)
    return brought


def _arrivals(connection: Connection) -> Iterator[_Arrival]:
    """Everybody who confirmed after coming through a share link, in the order they came."""
    confirmed = exists(
        select(1).where(
            ConsentRecord.subject == Subscriber.subject,
            ConsentRecord.list_id == Subscription.list_id,
            ConsentRecord.purpose == Purpose.RECEIVE,
            ConsentRecord.action == Action.CONFIRMED,
        )
    )
    rows = connection.execute(
        select(Subscription.subscriber_id, ShareLink.issue_id, Delivery.subscriber_id)
        .join(ShareLink, ShareLink.id == Subscription.share_id)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .outerjoin(
            Delivery,
            (Delivery.campaign_id == ShareLink.campaign_id)
            & (Delivery.id == ShareLink.delivery_id),
        )
        .where(Subscription.status != SubscriptionStatus.PENDING, confirmed)
        .order_by(Subscription.id)
    )
    return (_Arrival(*row) for row in rows)


def as_data(branching: Branching) -> dict[str, Any]:
    """A branching as JSON has it."""
    return {
        "confirmed": branching.confirmed,
        "onward": [as_data(one) for one in branching.onward],
    }
