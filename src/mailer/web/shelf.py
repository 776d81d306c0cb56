"""What was frozen, kept at hand between requests: compiled mails, and the pictures they show."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

from sqlalchemy import Connection

from mailer.campaigns import (
    Copies,
    campaign_of_issue,
    columns_of,
    frozen_campaign,
    issue_of_slug,
    published_issue,
    slug_of,
)
from mailer.clock import Clock
from mailer.config import Workspace
from mailer.content import read_issue, survey_issues
from mailer.errors import InputError
from mailer.keys import Keys

MOST_CAMPAIGNS = 16


class Shelf:
    """The mails of campaigns, which never change, and where the pictures of issues lie."""

    def __init__(self, workspace: Workspace, keys: Keys, clock: Clock) -> None:
        self._workspace, self._keys, self._clock = workspace, keys, clock
        self._copies: OrderedDict[int, Copies] = OrderedDict()
        self._published: dict[int, tuple[datetime, Copies]] = {}
        """With the moment of publishing: published again, an issue may say something else."""
        self._folders: dict[str, Path] = {}
        self._lock = Lock()

    def copies(self, connection: Connection, campaign_id: int) -> Copies | None:
        """The frozen mails of a campaign, as pages."""
        with self._lock:
            if campaign_id in self._copies:
                self._copies.move_to_end(campaign_id)
                return self._copies[campaign_id]
        campaign = frozen_campaign(connection, campaign_id)
        if campaign is None:
            return None
        copies = Copies(campaign, self._keys, self._clock)
        with self._lock:
            self._copies[campaign_id] = copies
            if len(self._copies) > MOST_CAMPAIGNS:
                self._copies.popitem(last=False)
        return copies

    def issue(self, connection: Connection, issue_id: int) -> Copies | None:
        """The frozen mails of an issue that was sent, or published without being sent."""
        campaign_id = campaign_of_issue(connection, issue_id)
        if campaign_id is not None:
            return self.copies(connection, campaign_id)
        published = published_issue(connection, issue_id)
        if published is None:
            return None
        with self._lock:
            known = self._published.get(issue_id)
        if known is None or known[0] != published.launched_at:
            known = (published.launched_at, Copies(published, self._keys, self._clock))
            with self._lock:
                self._published[issue_id] = known
        return known[1]

    def picture(self, connection: Connection, slug: str, name: str) -> Path | None:
        """The file of a picture that an issue shows; any other file is nobody's business.

        A launched issue shows what its mails show, whatever its text says by now; one of which
        only test copies went out shows what its text names.
        """
        issue_id = issue_of_slug(connection, slug)
        folder = self._folder(slug) if issue_id else None
        if issue_id is None or folder is None:
            return None
        copies = self.issue(connection, issue_id)
        shown = _shown_by(copies, slug) if copies else self._named_in(folder)
        return _inside(folder, name) if name in shown else None

    def _folder(self, slug: str) -> Path | None:
        known = self._folders.get(slug)
        if known is None or not known.is_dir():
            issues = survey_issues(self._workspace.issues).issues
            self._folders = {slug_of(ref): ref.folder for ref in issues}
        return self._folders.get(slug)

    def _named_in(self, folder: Path) -> set[str]:
        try:
            return set(read_issue(folder, columns=columns_of(self._workspace, folder)).images)
        except InputError:
            return set()


def _shown_by(copies: Copies, slug: str) -> set[str]:
    address = re.compile(rf'/i/{re.escape(slug)}/([^"?#]+)"')
    pages = (copies.page(locale) for locale in copies.locales)
    return {unquote(name) for page in pages for name in address.findall(page)}


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name below the folder, in whichever Unicode form its system wrote it."""
    for form in ("NFC", "NFD"):
        file = folder / unicodedata.normalize(form, name)
        if file.is_file() and file.resolve().is_relative_to(folder.resolve()):
            return file
    return None
