"""What every page needs: the workspace, its database and keys, and the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from fastapi import Request
from sqlalchemy import Connection

from mailer.audience import Act
from mailer.clock import Clock
from mailer.composing import Frame
from mailer.config import Workspace
from mailer.keys import Keys
from mailer.message import DkimSigner
from mailer.notices import frame_of, signers_of, templates_of
from mailer.rendering import Templates
from mailer.stats import Collector
from mailer.store import Store
from mailer.store.tables import Channel
from mailer.tokens import Signer
from mailer.web.one_click import Press, write_presses
from mailer.web.shelf import Shelf
from mailer.web.targets import Targets
from mailer.web.together import Together


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one workspace."""

    workspace: Workspace
    store: Store
    keys: Keys
    clock: Clock
    signer: Signer = field(init=False)
    shelf: Shelf = field(init=False)
    targets: Targets = field(init=False)
    collector: Collector = field(init=False)
    presses: Together[Press, bool] = field(init=False)
    """Withdrawals by one click on their way to the ledger."""
    _signers: dict[str, tuple[DkimSigner, ...]] = field(init=False)
    """By list, read when the pages start: a key that is lost later keeps nobody from leaving."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "signer", Signer(self.keys.links))
        object.__setattr__(self, "shelf", Shelf(self.workspace, self.keys, self.clock))
        object.__setattr__(self, "targets", Targets())
        asked = {key: one.tracking for key, one in self.workspace.settings.lists.items()}
        object.__setattr__(self, "collector", Collector(self.store.write, asked, self.clock))
        presses = Together(partial(write_presses, self.store, self.keys))
        object.__setattr__(self, "presses", presses)
        lists = self.workspace.settings.lists.items()
        signers = {key: signers_of(self.workspace, each.sender.domain) for key, each in lists}
        object.__setattr__(self, "_signers", signers)

    @property
    def origin(self) -> str:
        """Scheme, host and port of base_url, as a Content-Security-Policy names them."""
        parts = urlsplit(self.workspace.settings.site.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def base_path(self) -> str:
        """What our own paths begin with; empty where the pages have a host of their own."""
        return urlsplit(self.workspace.settings.site.base_url).path

    @property
    def locale(self) -> str:
        """The language of the first list, for pages that belong to none."""
        return next(iter(self.workspace.settings.lists.values())).locale

    def frame(self, list_key: str) -> Frame:
        """What stands around a list's mails and pages."""
        return frame_of(self.workspace, list_key)

    def frames(self) -> list[Frame]:
        """The frames of all lists."""
        return [self.frame(key) for key in self.workspace.settings.lists]

    def templates(self, list_key: str) -> Templates:
        """A list's template set, as it is now."""
        return templates_of(self.workspace, list_key)

    def signers(self, list_key: str) -> tuple[DkimSigner, ...]:
        """Who signs a list's notices."""
        return self._signers[list_key]

    def act(self, request: Request, channel: Channel = Channel.PAGE) -> Act:
        """A person's act through this request; the token in its path is not kept."""
        section = "/".join(request.scope["path"].split("/")[:2])
        return Act(
            at=self.clock(),
            channel=channel,
            place=section,
            ip=request.client.host if request.client else None,
            user_agent=request.headers.get("user-agent"),
        )

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


def site_of(request: Request) -> Site:
    """The site a request came to."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site
