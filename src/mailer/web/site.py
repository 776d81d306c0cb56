"""What every page needs: the workspace, its database and keys, and the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from fastapi import Request
from sqlalchemy import Connection

from mailer.audience import Act, Membership, get_person, membership_of
from mailer.campaigns import Copies, addressee, frozen_campaign
from mailer.clock import Clock
from mailer.composing import Frame
from mailer.config import Workspace
from mailer.content import IssueRef, find_issues
from mailer.keys import Keys
from mailer.notices import frame_of, templates_of
from mailer.rendering import Templates
from mailer.store import Store
from mailer.store.tables import Channel
from mailer.tokens import InvalidTokenError, Signer, TokenPurpose, Use


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one workspace."""

    workspace: Workspace
    store: Store
    keys: Keys
    clock: Clock
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", Signer(self.keys.links))

    def frame(self, list_key: str) -> Frame:
        """What stands around a list's mails and pages."""
        return frame_of(self.workspace, list_key)

    def templates(self, list_key: str) -> Templates:
        """A list's template set."""
        return _templates(self.workspace, list_key)

    def copies(self, connection: Connection, campaign_id: int) -> Copies | None:
        """The frozen mails of a campaign, as pages."""
        campaign = frozen_campaign(connection, campaign_id)
        return None if campaign is None else Copies(campaign, self.keys, self.clock)

    def use(self, purpose: TokenPurpose, token: str) -> Use:
        """The delivery a link was made for; raises InvalidTokenError."""
        return self.signer.read_use(purpose, token)

    def reader(self, connection: Connection, use: Use) -> Membership:
        """Whose copy a link came in; raises InvalidTokenError where they were erased."""
        found = addressee(connection, use.campaign, use.delivery)
        person = get_person(connection, found[0]) if found else None
        if found is None or person is None:
            raise InvalidTokenError("this link is not valid")
        standing = membership_of(connection, person, found[1])
        if standing is None:
            raise InvalidTokenError("this link is not valid")
        return standing

    def act(self, request: Request, channel: Channel = Channel.PAGE) -> Act:
        """A person's act through this request; the token in its path is not kept."""
        section = "/".join(request.url.path.split("/")[:2])
        return Act(
            at=self.clock(),
            channel=channel,
            place=section,
            ip=request.client.host if request.client else None,
            user_agent=request.headers.get("user-agent"),
        )

    def issue_folder(self, slug: str) -> Path | None:
        """The folder of the issue with that name in URLs."""
        refs = {f"{ref.list}-{ref.number}": ref for ref in self._issues()}
        ref = refs.get(slug)
        return ref.folder if ref else None

    def _issues(self) -> list[IssueRef]:
        return find_issues(self.workspace.issues)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A reading transaction."""
        with self.store.read() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, datetime]]:
        """A writing transaction and its moment."""
        with self.store.write() as connection:
            yield connection, self.clock()


@lru_cache(maxsize=64)
def _templates(workspace: Workspace, list_key: str) -> Templates:
    return templates_of(workspace, list_key)


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site
