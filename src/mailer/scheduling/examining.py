"""An issue before it goes out: is there one, can it be read, and would it hurt anybody?"""

from __future__ import annotations

from dataclasses import dataclass

from mailer.audience import list_id
from mailer.campaigns import (
    Prepared,
    UnsafeSendError,
    findings_of,
    prepare,
    refuse_what_the_world_must_not_see,
)
from mailer.composing import Finding
from mailer.content import IssueRef
from mailer.errors import InputError
from mailer.scheduling.choosing import Choice
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


def examine(means: Means, choice: Choice) -> Verdict:
    """What a slot with that choice would send now."""
    if choice.issue is None:
        return Nothing(choice.why)
    if choice.why:
        return Faulty(choice.issue, choice.why)
    return _checked(means, choice.issue)


def _checked(means: Means, issue: IssueRef) -> Verdict:
    try:
        prepared = prepare(means.workspace, issue.folder)
        findings = tuple(findings_of(means.workspace, prepared))
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
