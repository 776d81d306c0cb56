"""Which issue a slot takes.

The lowest-numbered ready one that the list has not sent. A date in an issue's front matter pins it:
before that day it waits, on that day it goes first, and later it is an issue like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from mailer.content import IssueRef
from mailer.store.tables import Campaign, IssueRow


@dataclass(frozen=True, slots=True)
class Choice:
    """The issue of a slot, or why there is none."""

    issue: IssueRef | None
    why: str = ""


def choose(issues: Sequence[IssueRef], sent: Collection[int], day: date) -> Choice:
    """The issue for a slot on that local day, of a list's issues in the order of their numbers."""
    unsent = [issue for issue in issues if issue.number not in sent]
    ready = [issue for issue in unsent if issue.status == "ready"]
    pinned = [issue for issue in ready if issue.date == day]
    free = [issue for issue in ready if issue.date is None or issue.date <= day]
    if pinned or free:
        return Choice((pinned or free)[0])
    waiting = [f"{one.number} is dated {one.date}" for one in ready]
    drafts = [f"{one.number} is a draft" for one in unsent if one.status != "ready"]
    return Choice(None, ", ".join([*waiting, *drafts]) or "every issue was sent")


def sent_numbers(connection: Connection, list_id: int | None) -> frozenset[int]:
    """The issues of a list that have a campaign."""
    return frozenset(
        connection.scalars(
            select(IssueRow.number)
            .join(Campaign, Campaign.issue_id == IssueRow.id)
            .where(Campaign.list_id == list_id)
        )
    )
