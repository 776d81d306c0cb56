"""Standing columns: which is due in an issue, and missing from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailer.composing import Finding
from mailer.config import Workspace, issues_apart
from mailer.content import Edition, Issue, columns_in, due_columns, issues_since
from mailer.errors import Where


def column_findings(
    workspace: Workspace, issue: Issue, earlier: Sequence[Edition | None]
) -> list[Finding]:
    """What the rhythm of the list's columns says about an issue; all of it soft.

    `earlier` are the list's issues before it, newest first; None for one that cannot be read.
    """
    mailing_list = workspace.settings.lists.get(issue.list)
    rhythms = {
        key: issues_apart(column.rhythm)
        for key, column in (mailing_list.columns.items() if mailing_list else ())
        if column.rhythm
    }
    if not rhythms:
        return []
    most = max(rhythms.values())
    before = [columns_in(one) if one else frozenset[str]() for one in earlier[:most]]
    where = Where(issue.main.file)
    return [
        Finding("soft", what, "readers wait for it at its rhythm", mend, where)
        for what, mend in reminders(rhythms, before, columns_in(issue.main))
    ]


def reminders(
    rhythms: Mapping[str, int], before: Sequence[frozenset[str]], here: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with an issue that holds `here`, after issues that held `before`, newest first.

    `rhythms` says how many issues apart each column appears.
    """
    for key in due_columns(rhythms, before):
        if key not in here:
            when = _ago(issues_since(key, before))
            yield f"the column «{key}» is due: it {when}", f"add it, or change columns.{key}.rhythm"


def _ago(ago: int | None) -> str:
    if ago is None:
        return "has not appeared yet"
    return "appeared in the issue before" if ago == 1 else f"appeared {ago} issues ago"
