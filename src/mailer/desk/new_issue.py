"""The folder of a list's next issue: its number, its date, its sections in their order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from mailer.campaigns import columns_of
from mailer.config import Workspace, issues_apart
from mailer.content import Edition, IssueRef, columns_in, due_columns, find_issues, read_issue
from mailer.desk.skeleton import skeleton, written
from mailer.errors import MailerError, Where
from mailer.scheduling import times_after

LOOKED_BACK = 4
"""So many issues tell what a list always has."""

_FRONT = """\
---
number: {number}
list: {list}
locale: {locale}
title: {title}
subject: {subject}
preheader: {preheader}
{date}status: draft
---

"""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in the front matter until the author writes their own."""

    title: str
    subject: str
    preheader: str


WORDS = {
    "fr": Words(
        "Le titre du numéro",
        "{title} – #{number} : l’objet",
        "Ce que l’on voit dans la liste des messages, après l’objet.",
    ),
    "en": Words(
        "The issue's title",
        "{title} – #{number}: the subject",
        "What is shown in the list of messages, after the subject.",
    ),
}


@dataclass(frozen=True, slots=True)
class NewIssue:
    """What was made."""

    file: Path
    number: int
    date: date | None
    columns: tuple[str, ...]
    """The standing columns that are due in it."""


def make_issue(workspace: Workspace, list_key: str, *, day: date | None) -> NewIssue:
    """Write the next issue of a list, to go out on that day.

    Raises ConfigError for a list that is not there, ContentError where an earlier issue cannot be
    read, MailerError where the folder cannot be written.
    """
    mailing_list = workspace.list(list_key)
    earlier = [ref for ref in find_issues(workspace.issues) if ref.list == list_key]
    number = max((ref.number for ref in earlier), default=0) + 1
    editions = [_edition(workspace, ref) for ref in reversed(earlier[-LOOKED_BACK:])]
    due = columns_due(workspace, list_key, editions)
    locale = mailing_list.locale
    front = _FRONT.format(
        number=number,
        list=list_key,
        locale=locale,
        title=_quoted(WORDS[locale].title),
        subject=_quoted(WORDS[locale].subject.format(title=mailing_list.title, number=number)),
        preheader=_quoted(WORDS[locale].preheader),
        date=f"date: {day:%Y-%m-%d}\n" if day else "",
    )
    text = front + written(skeleton(editions, due, tuple(mailing_list.columns)), locale)
    folder = workspace.issues / f"{list_key}-{number}"
    try:
        folder.mkdir(parents=True)
        (folder / "issue.md").write_text(text, encoding="utf-8")
    except OSError as error:
        raise MailerError(
            f"the issue cannot be written: {error.strerror}",
            where=Where(folder),
            mend="remove what stands there, or make the folder writable",
        ) from None
    return NewIssue(folder / "issue.md", number, day, due)


def columns_due(workspace: Workspace, list_key: str, earlier: Sequence[Edition]) -> tuple[str, ...]:
    """The standing columns that a list's next issue should have; `earlier` newest first."""
    columns = workspace.list(list_key).columns.items()
    return due_columns(
        {key: issues_apart(column.rhythm) for key, column in columns if column.rhythm},
        [columns_in(edition) for edition in earlier],
    )


def next_day(workspace: Workspace, list_key: str, now: datetime) -> date | None:
    """The local day of the first time in a list's schedule that no issue is dated for yet."""
    mailing_list = workspace.list(list_key)
    if mailing_list.schedule is None:
        return None
    taken = {ref.date for ref in find_issues(workspace.issues) if ref.list == list_key}
    times = times_after(mailing_list, now)
    free = (time.day for time in times if not time.pause and time.day not in taken)
    return next(free, None)


def _edition(workspace: Workspace, ref: IssueRef) -> Edition:
    return read_issue(ref.folder, columns=columns_of(workspace, ref.folder)).main


def _quoted(words: str) -> str:
    """A JSON string is a YAML one."""
    return json.dumps(words, ensure_ascii=False)
