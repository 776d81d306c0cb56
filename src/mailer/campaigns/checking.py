"""All that is to be said of an issue before it leaves, for whoever asks: check, preview, send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from mailer.campaigns.preparing import Prepared, columns_of
from mailer.campaigns.repeats import repeated_briefs
from mailer.campaigns.rhythm import column_findings
from mailer.composing import TEMPLATE, Finding, preflight
from mailer.config import Workspace
from mailer.content import Edition, Issue, read_issue, survey_issues
from mailer.errors import InputError, Where

EARLIER = 12
"""How many issues are read to tell which columns are due."""


def findings_of(workspace: Workspace, prepared: Prepared) -> list[Finding]:
    """Everything that would hurt the issue, hard findings first, each with its line if it has one.

    Reads the issues before it, and the files that findings name.
    """
    issue = prepared.issue
    earlier = _earlier(workspace, issue)
    found = [
        *preflight(issue, prepared.draft, _standing_names(workspace, issue.list)),
        *column_findings(workspace, issue, earlier),
        *(repeated_briefs(issue.main, earlier[0]) if earlier and earlier[0] else ()),
    ]
    return sorted(
        pinned(workspace, issue.list, found), key=lambda finding: finding.severity != "hard"
    )


def pinned(workspace: Workspace, list_key: str, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings, each with the line on which its quote stands, if it stands there."""
    own = workspace.templates / workspace.list(list_key).template
    for finding in findings:
        yield _pinned(finding, own, workspace.shared_templates)


def _standing_names(workspace: Workspace, list_key: str) -> list[str]:
    mailing_list = workspace.settings.lists.get(list_key)
    columns = mailing_list.columns.values() if mailing_list else ()
    return [name for column in columns for name in (column.kicker, column.author) if name]


def _earlier(workspace: Workspace, issue: Issue) -> list[Edition | None]:
    """The list's issues before this one, newest first; None for one that cannot be read."""
    refs = [
        ref
        for ref in survey_issues(workspace.issues).issues
        if ref.list == issue.list and ref.number < issue.number
    ]
    return list(_read(workspace, [ref.folder for ref in reversed(refs[-EARLIER:])]))


def _read(workspace: Workspace, folders: list[Path]) -> Iterator[Edition | None]:
    for folder in folders:
        try:
            yield read_issue(folder, columns=columns_of(workspace, folder)).main
        except InputError:
            yield None


def _pinned(finding: Finding, template: Path, shared: Path | None) -> Finding:
    """Searched from the line that it knows onward; what is the template's, in all its files."""
    where = finding.where
    if where is None:
        return finding
    file = template / where.file if where.file == TEMPLATE else Path(where.file)
    places = [Where(file, where.line)]
    if finding.quote and file.parent == template:
        places = [
            Where(source, line)
            for folder in (template, shared)
            if folder is not None
            for source in sorted(folder.rglob("*.mjml"))
            if (line := _line_in(source, finding.quote, 1))
        ] or places
    elif finding.quote:
        places = [Where(file, _line_in(file, finding.quote, where.line or 1) or where.line)]
    return replace(finding, where=places[0])


def _line_in(file: Path, quote: str, first: int) -> int | None:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    wanted = quote.casefold()
    numbered = enumerate(lines[first - 1 :], first)
    return next((n for n, line in numbered if wanted in line.casefold()), None)
