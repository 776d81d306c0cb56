"""From a name on the command line to an issue that is read, compiled and ready to launch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.campaigns.archive import edition_rows
from mailer.campaigns.errors import CampaignError
from mailer.campaigns.launching import Plan
from mailer.composing import Draft, Frame, compile_issue
from mailer.config import Workspace
from mailer.content import Column, Issue, IssueRef, find_issues, read_issue
from mailer.notices import frame_of, templates_of
from mailer.rendering import Templates


@dataclass(frozen=True, slots=True)
class Prepared:
    """An issue with its compiled mails."""

    issue: Issue
    draft: Draft
    frame: Frame
    slug: str
    digest: str
    """Of everything readers would notice a change of: the issue, its template, its frame."""

    def plan(self, batch_size: int) -> Plan:
        """What a launch freezes."""
        return Plan(
            list_key=self.issue.list,
            number=self.issue.number,
            slug=self.slug,
            digest=self.digest,
            frame=frozen_frame(self.frame),
            mails={locale: mail.to_json() for locale, mail in self.draft.editions.items()},
            links=self.draft.links,
            editions=edition_rows(self.issue),
            batch_size=batch_size,
        )


def prepare(workspace: Workspace, folder: Path) -> Prepared:
    """Read and compile the issue in `folder`; raises ContentError, TemplateError or ConfigError."""
    issue = read_issue(folder, columns=columns_of(workspace, folder))
    frame = frame_of(workspace, issue.list)
    templates = templates_of(workspace, issue.list)
    draft = compile_issue(issue, templates, frame)
    return Prepared(issue, draft, frame, slug_of(issue), _digest(issue, templates, frame))


def slug_of(issue: Issue | IssueRef) -> str:
    """The issue's name in URLs."""
    return f"{issue.list}-{issue.number}"


def locate_issue(workspace: Workspace, name: str, list_key: str | None) -> Path:
    """The folder of an issue named by its path, its folder, its number or «newest».

    Raises CampaignError where there is none, or where a number alone is not enough.
    """
    path = Path(name)
    for folder in (path, path.parent, workspace.issues / name):
        if (folder / "issue.md").is_file() and folder != Path():
            return folder
    found = [
        ref
        for ref in find_issues(workspace.issues)
        if list_key in {None, ref.list} and _answers_to(ref, name)
    ]
    if not found:
        raise CampaignError(
            f"there is no issue {name!r}" + (f" of list {list_key}" if list_key else ""),
            mend=f"name a folder of {workspace.issues}, or a number",
        )
    if name == NEWEST:
        return found[-1].folder
    if len(found) > 1:
        raise CampaignError(f"issue {name} is in several lists", mend="name the list with --list")
    return found[0].folder


NEWEST = "newest"


def _answers_to(ref: IssueRef, name: str) -> bool:
    if name == NEWEST:
        return ref.status == "ready"
    return name in {str(ref.number), slug_of(ref), ref.slug}


def columns_of(workspace: Workspace, folder: Path) -> dict[str, Column]:
    """The standing columns of the list that the issue in `folder` says it is of."""
    by_folder = {ref.folder.resolve(): ref.list for ref in find_issues(folder.parent)}
    mailing_list = workspace.settings.lists.get(by_folder.get(folder.resolve(), ""))
    if mailing_list is None:
        return {}
    return {
        key: Column(key=key, **column.model_dump()) for key, column in mailing_list.columns.items()
    }


def frozen_frame(frame: Frame) -> dict[str, Any]:
    """A frame as JSON has it."""
    return {
        "title": frame.title,
        "sender": [frame.sender.name, frame.sender.address],
        "base_url": frame.base_url,
        "unsubscribe_address": frame.unsubscribe_address,
        "locale": frame.locale,
        "timezone": frame.timezone,
        "list_id": frame.list_id,
        "postal_address": frame.postal_address,
        "contact": frame.contact,
        "privacy_url": frame.privacy_url,
    }


def _digest(issue: Issue, templates: Templates, frame: Frame) -> str:
    digest = hashlib.sha256(issue.digest.encode())
    digest.update(templates.digest.encode())
    # Where the pages live may change while a campaign runs; what they say may not.
    facts = {key: value for key, value in frozen_frame(frame).items() if key != "base_url"}
    digest.update(json.dumps(facts, sort_keys=True).encode())
    return digest.hexdigest()
