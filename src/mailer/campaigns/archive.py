"""The archive: every sent issue, and those an editor published without sending them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from mailer.audience import ensure_list
from mailer.campaigns.errors import CampaignError
from mailer.campaigns.frozen import FrozenCampaign, share_id_of
from mailer.campaigns.launching import Plan, register_issue
from mailer.content import HOLE_CLOSE, HOLE_OPEN, Issue, Section
from mailer.rendering import parse_html
from mailer.store.tables import (
    ArchiveEntry,
    ArchiveMail,
    Campaign,
    CampaignState,
    IssueEdition,
    IssueRow,
    MailingList,
)

FIRST_WORDS = 280
_HOLE = re.compile(f"{HOLE_OPEN}[^{HOLE_CLOSE}]*{HOLE_CLOSE}")


@dataclass(frozen=True, slots=True)
class ColumnPart:
    """A guest column's part in an issue."""

    title: str
    anchor: str
    text: str
    """Its first words."""


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """One language of an issue."""

    title: str
    preheader: str
    columns: Mapping[str, ColumnPart]


@dataclass(frozen=True, slots=True)
class ArchivedIssue:
    """An issue as the archive lists it."""

    id: int
    number: int
    published_at: datetime
    dated: date | None
    """The date its front matter states."""
    editions: Mapping[str, ArchivedEdition]
    campaign_id: int | None
    """None where it was published without being sent."""


def edition_rows(issue: Issue) -> list[dict[str, Any]]:
    """What the archive will say of each language of an issue."""
    return [
        {
            "locale": locale,
            "title": _plain(edition.title),
            "preheader": _plain(edition.preheader),
            "dated": issue.date,
            "columns": {
                section.column.key: {
                    "title": _plain(section.title),
                    "anchor": section.anchor,
                    "text": _first_words(section),
                }
                for section in _walk(edition.sections)
                if section.column
            },
        }
        for locale, edition in issue.editions.items()
    ]


def publish(connection: Connection, plan: Plan, *, share_id: str, now: datetime) -> int:
    """Show an issue in the archive, as it stands now where it was never sent; returns its id.

    Published again, it is frozen again: its readers came by themselves and will find the new text.
    """
    list_id = ensure_list(connection, plan.list_key)
    issue_id = register_issue(connection, plan, list_id, share_id=share_id, now=now)
    _decide(connection, issue_id, is_shown=True, frame=dict(plan.frame), now=now)
    connection.execute(
        insert(ArchiveMail),
        [
            {"issue_id": issue_id, "locale": locale, "mail": mail}
            for locale, mail in plan.mails.items()
        ],
    )
    return issue_id


def unpublish(connection: Connection, slug: str, *, now: datetime) -> None:
    """Take an issue out of the archive; raises CampaignError where it never was in it."""
    issue_id = connection.scalar(select(IssueRow.id).where(IssueRow.slug == slug))
    if issue_id is None:
        raise CampaignError(f"issue {slug} was neither sent nor published")
    _decide(connection, issue_id, is_shown=False, frame={}, now=now)


def _decide(
    connection: Connection, issue_id: int, *, is_shown: bool, frame: dict[str, Any], now: datetime
) -> None:
    connection.execute(delete(ArchiveMail).where(ArchiveMail.issue_id == issue_id))
    connection.execute(delete(ArchiveEntry).where(ArchiveEntry.issue_id == issue_id))
    connection.execute(
        insert(ArchiveEntry).values(
            issue_id=issue_id, is_shown=is_shown, changed_at=now, frame=frame
        )
    )


def archived_issues(connection: Connection, list_key: str) -> list[ArchivedIssue]:
    """The issues in a list's archive, newest first."""
    return _archived(connection, MailingList.key == list_key)


def archived_issue(connection: Connection, list_key: str, number: int) -> ArchivedIssue | None:
    """The issue of that number, where the archive shows it."""
    found = _archived(connection, (MailingList.key == list_key) & (IssueRow.number == number))
    return found[0] if found else None


def archived_number(connection: Connection, issue_id: int) -> int | None:
    """The number of an issue, where the archive shows it."""
    found = _archived(connection, IssueRow.id == issue_id)
    return found[0].number if found else None


def published_issue(connection: Connection, issue_id: int) -> FrozenCampaign | None:
    """An issue that was published and never sent, as a campaign nobody got; else None."""
    row = connection.execute(
        select(
            IssueRow.list_id,
            MailingList.key,
            IssueRow.number,
            IssueRow.slug,
            ArchiveEntry.frame,
            ArchiveEntry.changed_at,
        )
        .join(MailingList, MailingList.id == IssueRow.list_id)
        .join(ArchiveEntry, ArchiveEntry.issue_id == IssueRow.id)
        .where(IssueRow.id == issue_id, ArchiveEntry.is_shown)
    ).one_or_none()
    mails = connection.execute(
        select(ArchiveMail.locale, ArchiveMail.mail).where(ArchiveMail.issue_id == issue_id)
    ).all()
    if row is None or not mails:
        return None
    return FrozenCampaign(
        id=0,
        list_id=row.list_id,
        list_key=row.key,
        issue_id=issue_id,
        number=row.number,
        slug=row.slug,
        state=CampaignState.FINISHED,
        frame=row.frame,
        mails=dict(mails),
        share_id=share_id_of(connection, issue_id),
        launched_at=row.changed_at,
    )


def _archived(connection: Connection, condition: ColumnElement[bool]) -> list[ArchivedIssue]:
    rows = connection.execute(
        select(
            IssueRow.id,
            IssueRow.number,
            func.coalesce(Campaign.launched_at, ArchiveEntry.changed_at).label("published_at"),
            Campaign.id.label("campaign_id"),
        )
        .join(MailingList, MailingList.id == IssueRow.list_id)
        .outerjoin(Campaign, Campaign.issue_id == IssueRow.id)
        .outerjoin(ArchiveEntry, ArchiveEntry.issue_id == IssueRow.id)
        .where(
            condition,
            or_(Campaign.id.is_not(None), ArchiveEntry.is_shown),
            func.coalesce(ArchiveEntry.is_shown, True),
        )
        .order_by(IssueRow.number.desc())
    ).all()
    editions = _editions(connection, [row.id for row in rows])
    return [
        ArchivedIssue(
            row.id,
            row.number,
            row.published_at,
            editions[row.id][0],
            editions[row.id][1],
            row.campaign_id,
        )
        for row in rows
        if row.id in editions
    ]


def _editions(
    connection: Connection, issue_ids: Sequence[int]
) -> dict[int, tuple[date | None, dict[str, ArchivedEdition]]]:
    found: dict[int, tuple[date | None, dict[str, ArchivedEdition]]] = {}
    table = IssueEdition.__table__
    for row in connection.execute(select(table).where(table.c.issue_id.in_(issue_ids))):
        columns = {key: ColumnPart(**part) for key, part in row.columns.items()}
        edition = ArchivedEdition(row.title, row.preheader, columns)
        found.setdefault(row.issue_id, (row.dated, {}))[1][row.locale] = edition
    return found


def _walk(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _walk(section.parts)


def _plain(text: str) -> str:
    """The text without its personal fields: the archive knows nobody."""
    return " ".join(_HOLE.sub("", text).split())


def _first_words(section: Section) -> str:
    text = _plain(parse_html(str(section.html)).text())
    if len(text) <= FIRST_WORDS:
        return text
    return text[:FIRST_WORDS].rpartition(" ")[0].rstrip(" ,;:") + " …"
