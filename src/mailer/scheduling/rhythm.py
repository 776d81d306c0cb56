"""Standing columns: which is due in an issue, and missing from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from mailer.campaigns import columns_of
from mailer.composing import Finding
from mailer.config import Workspace, issues_apart
from mailer.content import Issue, Section, read_issue, survey_issues
from mailer.errors import InputError, Where

NEVER = -1


def column_findings(workspace: Workspace, issue: Issue) -> list[Finding]:
    """What the rhythm of the list's columns says about an issue; all of it soft."""
    mailing_list = workspace.settings.lists.get(issue.list)
    rhythms = {
        key: issues_apart(column.rhythm)
        for key, column in (mailing_list.columns.items() if mailing_list else ())
        if column.rhythm
    }
    if not rhythms:
        return []
    before = _columns_before(workspace, issue, max(rhythms.values()))
    where = Where(issue.main.file)
    return [
        Finding("soft", what, "readers wait for it at its rhythm", mend, where)
        for what, mend in reminders(rhythms, before, columns_in(issue))
    ]


def reminders(
    rhythms: Mapping[str, int], before: Sequence[frozenset[str]], here: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with an issue that holds `here`, after issues that held `before`, newest first.

    `rhythms` says how many issues apart each column appears.
    """
    for key, apart in rhythms.items():
        ago = next((n for n, held in enumerate(before, 1) if key in held), NEVER)
        is_due = ago >= apart or (ago == NEVER and len(before) >= apart - 1)
        if key not in here and is_due:
            when = "has not appeared yet" if ago == NEVER else _ago(ago)
            yield f"the column «{key}» is due: it {when}", f"add it, or change columns.{key}.rhythm"


def _ago(ago: int) -> str:
    return "appeared in the issue before" if ago == 1 else f"appeared {ago} issues ago"


def columns_in(issue: Issue) -> frozenset[str]:
    """The standing columns of an issue, by key."""
    return frozenset(
        section.column.key for section in _all(issue.main.sections) if section.column is not None
    )


def _all(sections: Sequence[Section]) -> Iterator[Section]:
    for section in sections:
        yield section
        yield from _all(section.parts)


def _columns_before(workspace: Workspace, issue: Issue, most: int) -> list[frozenset[str]]:
    """What the issues before this one held, newest first; one that cannot be read, nothing."""
    earlier = [
        ref
        for ref in survey_issues(workspace.issues).issues
        if ref.list == issue.list and ref.number < issue.number
    ]
    held = []
    for ref in reversed(earlier[-most:]):
        try:
            read = read_issue(ref.folder, columns=columns_of(workspace, ref.folder))
        except InputError:
            held.append(frozenset[str]())
            continue
        held.append(columns_in(read))
    return held
