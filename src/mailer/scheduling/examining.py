"""An issue before it goes out: is there one, can it be read, and would it hurt anybody?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from mailer.audience import list_id
from mailer.campaigns import (
    Prepared,
    UnsafeSendError,
    prepare,
    refuse_what_the_world_must_not_see,
    slug_of,
)
from mailer.composing import Finding, preflight
from mailer.content import DuplicateNumber, IssueRef, survey_issues
from mailer.errors import InputError
from mailer.scheduling.choosing import choose, sent_numbers
from mailer.scheduling.means import Means


@dataclass(frozen=True, slots=True)
class Nothing:
    """No issue is ready."""

    why: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """An issue that must not go out as it is."""

    issue: IssueRef
    why: str
    prepared: Prepared | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Sound:
    """An issue that may go out; what its findings say, it can leave with."""

    issue: IssueRef
    prepared: Prepared
    findings: tuple[Finding, ...]


Verdict = Nothing | Faulty | Sound


def examine(means: Means, list_key: str, day: date, before: Collection[int] = ()) -> Verdict:
    """What a slot on that local day would send now.

    `before` are numbers that earlier slots will have taken by then.
    """
    survey = survey_issues(means.workspace.issues)
    issues = [issue for issue in survey.issues if issue.list == list_key]
    with means.store.read() as connection:
        sent = sent_numbers(connection, list_id(connection, list_key))
    choice = choose(issues, {*sent, *before}, day)
    if choice.issue is None:
        unreadable = [str(fault) for fault in survey.faults]
        return Nothing("; ".join([choice.why, *unreadable]))
    doubles = [fault for fault in survey.faults if isinstance(fault, DuplicateNumber)]
    same = [issue for issue in issues if issue.number == choice.issue.number]
    if len(same) > 1:
        return Faulty(choice.issue, "; ".join(str(fault) for fault in doubles))
    return _checked(means, choice.issue)


def _checked(means: Means, issue: IssueRef) -> Verdict:
    try:
        prepared = prepare(means.workspace, issue.folder)
        findings = tuple(preflight(prepared.issue, prepared.draft))
    except InputError as error:
        return Faulty(issue, str(error))
    hard = [finding for finding in findings if finding.severity == "hard"]
    if hard:
        return Faulty(issue, "; ".join(map(str, hard)), prepared, findings)
    try:
        _refuse_unsafe(means, prepared)
    except UnsafeSendError as error:
        return Faulty(issue, str(error), prepared, findings)
    return Sound(issue, prepared, findings)


def _refuse_unsafe(means: Means, prepared: Prepared) -> None:
    key = prepared.issue.list
    if not means.workspace.is_local(means.workspace.list(key)):
        with means.store.read() as connection:
            id_ = list_id(connection, key)
            refuse_what_the_world_must_not_see(connection, prepared.frame, id_)


def slug(verdict: Verdict) -> str:
    """The name of the issue it is about; empty where there is none."""
    return "" if isinstance(verdict, Nothing) else slug_of(verdict.issue)
