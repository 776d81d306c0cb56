"""Which issue a slot takes.

The lowest-numbered ready one that the list has not sent. A date in an issue's front matter pins it:
before that day it waits, on that day it goes first, and later it is an issue like any other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from mailer.audience import list_id
from mailer.config import Workspace
from mailer.content import IssueRef, survey_issues
from mailer.errors import MailerError
from mailer.store.tables import Campaign, IssueRow


@dataclass(frozen=True, slots=True)
class Choice:
    """The issue of a slot, or why there is none."""

    issue: IssueRef | None
    why: str = ""
    """Also beside an issue: why it may not be the one that is meant."""


@dataclass(frozen=True, slots=True)
class Stock:
    """A list's issues, by number, and what became of them."""

    issues: tuple[IssueRef, ...]
    sent: frozenset[int]
    faults: tuple[MailerError, ...] = ()
    """Folders that say nothing we can read, of whichever list."""

    def choice(self, day: date, before: Collection[int] = ()) -> Choice:
        """The issue for a slot on that local day; `before` are taken by slots before it."""
        unsent = [one for one in self.issues if one.number not in {*self.sent, *before}]
        ready = [one for one in unsent if one.status == "ready"]
        pinned = [one for one in ready if one.date == day]
        free = [one for one in ready if one.date is None or one.date <= day]
        for issue in (pinned or free)[:1]:
            return Choice(issue, self._doubt(issue))
        waiting = [f"{one.number} is dated {one.date}" for one in ready]
        drafts = [f"{one.number} is a draft" for one in unsent if one.status != "ready"]
        why = ", ".join([*waiting, *drafts]) or "no further issue is written"
        return Choice(None, "; ".join([why, *map(str, self.faults)]))

    def _doubt(self, issue: IssueRef) -> str:
        if sum(one.number == issue.number for one in self.issues) == 1:
            return ""
        return "; ".join(map(str, self.faults))


def stock_of(workspace: Workspace, connection: Connection, list_key: str) -> Stock:
    """The issues of a list that lie in the workspace, and which of them have a campaign."""
    survey = survey_issues(workspace.issues)
    return Stock(
        tuple(issue for issue in survey.issues if issue.list == list_key),
        frozenset(
            connection.scalars(
                select(IssueRow.number)
                .join(Campaign, Campaign.issue_id == IssueRow.id)
                .where(Campaign.list_id == list_id(connection, list_key))
            )
        ),
        survey.faults,
    )
