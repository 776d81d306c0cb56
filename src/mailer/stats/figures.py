"""What became of an issue: its copies, who left and who came, and what was followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, func, select

from mailer.errors import InputError
from mailer.outcomes import Verdict, verdict_of
from mailer.store.tables import (
    Action,
    Campaign,
    ConsentRecord,
    Delivery,
    DeliveryState,
    IssueRow,
    LinkCount,
    LinkRow,
    MailingList,
    PageCount,
    Purpose,
    ShareLink,
    Subscription,
    SubscriptionStatus,
)


class StatsError(InputError):
    """There are no such figures."""


class Failure(StrEnum):
    """Why a copy failed, as the server's words or ours tell."""

    ADDRESS = "address"
    """No such mailbox or domain."""
    MAILBOX = "mailbox"
    """Full, or refused for now."""
    POLICY = "policy"
    """About us: reputation, authentication, content."""
    REFUSED = "refused"
    """For good, for another reason."""
    LATE = "late"
    """Tried until it was old news."""
    OTHER = "other"
    """Not a server's answer."""


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """How often one content link was followed."""

    n: int
    locale: str
    label: str
    url: str
    people: int
    machines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueFigures:
    """One issue that was sent.

    Who left and who came is counted from its launch to that of the list's next issue.
    """

    list_key: str
    number: int
    slug: str
    campaign: int
    launched_at: datetime
    finished_at: datetime | None
    states: Mapping[DeliveryState, int]
    failures: Mapping[Failure, int]
    left: int
    """Readers who withdrew or objected."""
    joined: int
    """Readers who confirmed a sign-up."""
    joined_by_share: int
    """Of all sign-ups that came through this issue's share links, those that are active."""
    share_visits: int
    """How often people, not machines, asked for the shared page."""
    links: Sequence[LinkFigures]

    @property
    def audience(self) -> int:
        """Everybody it had a copy for."""
        return sum(self.states.values())

    @property
    def followed(self) -> int:
        """How often people followed one of its links."""
        return sum(link.people for link in self.links)

    @property
    def followed_by_machines(self) -> int:
        """How often scanners, proxies and previews did."""
        return sum(link.machines for link in self.links)


def issue_figures(connection: Connection, campaign_id: int) -> IssueFigures | None:
    """The figures of a campaign's issue; None where there is no such campaign."""
    found = _campaigns(connection, Campaign.id == campaign_id, limit=1)
    return _figures(connection, found[0]) if found else None


def latest_figures(
    connection: Connection,
    list_key: str | None = None,
    *,
    before: datetime | None = None,
    limit: int = 20,
) -> list[IssueFigures]:
    """The figures of the issues sent last, newest first: of one list, or of all."""
    conditions: list[ColumnElement[bool]] = []
    if list_key is not None:
        conditions.append(MailingList.key == list_key)
    if before is not None:
        conditions.append(Campaign.launched_at < before)
    return [_figures(connection, row) for row in _campaigns(connection, *conditions, limit=limit)]


def figures_named(connection: Connection, name: str, list_key: str | None) -> IssueFigures:
    """The figures of an issue by its number or its name.

    Raises StatsError where none was sent.
    """
    named = (IssueRow.number == int(name)) if name.isdecimal() else (IssueRow.slug == name)
    of = () if list_key is None else (MailingList.key == list_key,)
    found = _campaigns(connection, named, *of, limit=2)
    if not found:
        raise StatsError(f"no issue {name} was sent", mend="see: mailer stats")
    if len(found) > 1:
        raise StatsError(f"issue {name} is in several lists", mend="name the list with --list")
    return _figures(connection, found[0])


def _campaigns(
    connection: Connection, *conditions: ColumnElement[bool], limit: int
) -> Sequence[Row[int, int, int, datetime, datetime | None, str, int, str]]:
    return connection.execute(
        select(
            Campaign.id,
            Campaign.list_id,
            Campaign.issue_id,
            Campaign.launched_at,
            Campaign.finished_at,
            MailingList.key,
            IssueRow.number,
            IssueRow.slug,
        )
        .join(MailingList, MailingList.id == Campaign.list_id)
        .join(IssueRow, IssueRow.id == Campaign.issue_id)
        .where(*conditions)
        .order_by(Campaign.launched_at.desc(), Campaign.id.desc())
        .limit(limit)
    ).all()


def _figures(
    connection: Connection,
    row: Row[int, int, int, datetime, datetime | None, str, int, str],
) -> IssueFigures:
    states = connection.execute(
        select(Delivery.state, func.count())
        .where(Delivery.campaign_id == row.id)
        .group_by(Delivery.state)
    ).all()
    until = connection.scalar(
        select(func.min(Campaign.launched_at)).where(
            Campaign.list_id == row.list_id, Campaign.launched_at > row.launched_at
        )
    )
    said = _said(connection, row.list_id, row.launched_at, until)
    return IssueFigures(
        list_key=row.key,
        number=row.number,
        slug=row.slug,
        campaign=row.id,
        launched_at=row.launched_at,
        finished_at=row.finished_at,
        states=dict(states),
        failures=_failures(connection, row.id),
        left=said[Action.WITHDRAWN] + said[Action.OBJECTED],
        joined=said[Action.CONFIRMED],
        joined_by_share=_joined_by_share(connection, row.issue_id),
        share_visits=_share_visits(connection, row.issue_id),
        links=_links(connection, row.issue_id),
    )


def _failures(connection: Connection, campaign_id: int) -> dict[Failure, int]:
    rows = connection.execute(
        select(func.coalesce(Delivery.reply, ""), func.count())
        .where(Delivery.campaign_id == campaign_id, Delivery.state == DeliveryState.FAILED)
        .group_by(Delivery.reply)
    )
    counts: Counter[Failure] = Counter()
    for words, count in rows:
        counts[failure_of(words)] += count
    return dict(counts.most_common())


_FAILURES = {
    Verdict.DEAD: Failure.ADDRESS,
    Verdict.SOFT: Failure.MAILBOX,
    Verdict.POLICY: Failure.POLICY,
    Verdict.HARD: Failure.REFUSED,
}


def failure_of(words: str) -> Failure:
    """Why a copy failed, from what was recorded of it."""
    if words.startswith("not delivered within"):
        return Failure.LATE
    verdict = verdict_of(words)
    return Failure.OTHER if verdict is None else _FAILURES[verdict]


def _said(
    connection: Connection, list_id: int, since: datetime, until: datetime | None
) -> Counter[Action]:
    query = (
        select(ConsentRecord.action, func.count(ConsentRecord.subject.distinct()))
        .where(
            ConsentRecord.list_id == list_id,
            ConsentRecord.purpose == Purpose.RECEIVE,
            ConsentRecord.recorded_at >= since,
        )
        .group_by(ConsentRecord.action)
    )
    if until is not None:
        query = query.where(ConsentRecord.recorded_at < until)
    return Counter(dict(connection.execute(query).all()))


def _joined_by_share(connection: Connection, issue_id: int) -> int:
    return connection.scalars(
        select(func.count())
        .select_from(Subscription)
        .join(ShareLink, ShareLink.id == Subscription.share_id)
        .where(ShareLink.issue_id == issue_id, Subscription.status == SubscriptionStatus.ACTIVE)
    ).one()


def _share_visits(connection: Connection, issue_id: int) -> int:
    return int(
        connection.scalar(
            select(func.sum(PageCount.count)).where(
                PageCount.issue_id == issue_id,
                PageCount.page == "share",
                PageCount.machine.is_(False),
            )
        )
        or 0
    )


def _links(connection: Connection, issue_id: int) -> list[LinkFigures]:
    """The links of an issue, the most followed first."""
    people = func.coalesce(func.sum(LinkCount.count).filter(LinkCount.machine.is_(False)), 0)
    machines = func.coalesce(func.sum(LinkCount.count).filter(LinkCount.machine.is_(True)), 0)
    rows = connection.execute(
        select(LinkRow.n, LinkRow.locale, LinkRow.label, LinkRow.url, people, machines)
        .outerjoin(LinkCount, (LinkCount.issue_id == LinkRow.issue_id) & (LinkCount.n == LinkRow.n))
        .where(LinkRow.issue_id == issue_id)
        .group_by(LinkRow.n, LinkRow.locale, LinkRow.label, LinkRow.url)
        .order_by(people.desc(), LinkRow.n)
    )
    return [
        LinkFigures(n, locale, label, url, int(one), int(two))
        for n, locale, label, url, one, two in rows
    ]
