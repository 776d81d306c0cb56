"""Everything that would hurt an issue, found before it leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from mailer.composing.advice import ADVICE
from mailer.composing.checks import CHECKS
from mailer.composing.compiling import Draft
from mailer.composing.copies import copy_for, failures, sample_readers
from mailer.composing.examined import Examined
from mailer.composing.findings import Finding
from mailer.composing.frozen import FrozenMail
from mailer.composing.seeing import picture_findings
from mailer.content import Edition, Issue
from mailer.errors import InputError, Where


def preflight(issue: Issue, draft: Draft, names: Sequence[str] = ()) -> list[Finding]:
    """What would hurt this issue, hard findings first; `draft` is compiled from `issue`.

    `names` stand in every issue, beside the list's title, and are always spelt the same.
    """
    findings = list(_status(issue))
    for locale, mail in draft.editions.items():
        edition = issue.editions[locale]
        findings.extend(_edition(edition, mail, draft, tuple(names)))
        findings.extend(picture_findings(issue, edition))
    unique = list(dict.fromkeys(findings))
    return sorted(unique, key=lambda finding: finding.severity != "hard")


def _status(issue: Issue) -> Iterator[Finding]:
    if issue.status == "draft":
        yield Finding(
            "hard",
            f"issue {issue.number} is a draft",
            "it is not meant to leave yet",
            "set «status: ready» in its front matter",
            Where(issue.main.file),
        )


def _edition(
    edition: Edition, mail: FrozenMail, draft: Draft, names: tuple[str, ...]
) -> Iterator[Finding]:
    """The checks on the copy of each sample reader, or why it cannot be made."""
    told: set[str] = set()
    for reader in sample_readers(draft.frame, edition.locale):
        failed = failures(mail, reader)
        for error in failed:
            if error.what not in told:
                whom = "" if reader.name else " (for a reader of whom nothing is known)"
                yield _failure(error, whom, edition, mail)
            told.add(error.what)
        if not failed:
            copy = copy_for(mail.html, mail.text, reader)
            yield from _checked(Examined(edition, mail, draft.frame, copy, names))


def _failure(error: InputError, whom: str, edition: Edition, mail: FrozenMail) -> Finding:
    return Finding(
        "hard",
        error.what + whom,
        "the reader would get no mail",
        error.mend or "mend the expression",
        error.where or _hole_of(mail, error.what) or Where(edition.file),
        forcible=False,
    )


def _checked(examined: Examined) -> Iterator[Finding]:
    for check in (*CHECKS, *ADVICE):
        yield from check(examined)


def _hole_of(mail: FrozenMail, what: str) -> Where | None:
    """The template's line with the expression that an error quotes."""
    for layout in (mail.html, mail.text, mail.subject):
        quoted = [(value.expression, value.where) for value in layout.holes()]
        quoted += [(arm.condition, arm.where) for arm in layout.arms()]
        for expression, where in quoted:
            if expression and where and f"«{expression}»" in what:
                file, _, line = where.rpartition(":")
                return Where(Path(file), int(line)) if line.isdigit() else Where(where)
    return None
