"""A sent campaign, and a mailbox where its readers' mails arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from builders import KEYS, NOW, make_workspace
from mailer.campaigns import leaving_mailto
from mailer.config import Workspace
from mailer.inbound import Tally, read_mailboxes
from mailer.store import Store
from mailer.tokens import Signer
from web.stage import Stage, fill, stage_on

LEAVE = "leave@cafe.example"


@dataclass(frozen=True, slots=True)
class Post:
    """What readers send, and what reading it does."""

    workspace: Workspace
    store: Store
    stage: Stage

    def address(self, delivery: int = 1) -> str:
        """Where one reader writes to leave."""
        campaign = self.stage.campaign if delivery else 0
        uri = leaving_mailto(Signer(KEYS.links), LEAVE, campaign, delivery)
        return uri.removeprefix("mailto:").partition("?")[0]

    def read(self) -> Tally:
        return read_mailboxes(self.workspace, self.store, KEYS, lambda: NOW)

    def gone(self) -> list[str]:
        """The readers who have left."""
        return sorted(
            who for who, status in self.stage.statuses().items() if status == "unsubscribed"
        )


def mail(to: str, *more: str) -> bytes:
    """A mail as a delivery agent stores it."""
    lines = (f"To: {to}", "From: <somebody@elsewhere.example>", "Subject: unsubscribe", *more)
    return "\r\n".join(lines).encode() + b"\r\n\r\nunsubscribe\r\n"


def with_inbound(folder: Path, **settings: str | int) -> Workspace:
    """The sample with an [inbound] of its own."""
    workspace = make_workspace(folder)
    lines = [f'address = "{LEAVE}"', *(f"{key} = {value!r}" for key, value in settings.items())]
    text = workspace.file.read_text(encoding="utf-8")
    workspace.file.write_text(
        text.replace("[inbound]\n", "[inbound]\n" + "\n".join(lines) + "\n", 1), encoding="utf-8"
    )
    return Workspace.open(workspace.file)


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    root = tmp_path / "workspace" / "mail"
    for folder in ("tmp", "new", "cur"):
        (root / folder).mkdir(parents=True)
    return root


@pytest.fixture
def post(sqlite_url: str, maildir: Path, tmp_path: Path) -> Iterator[Post]:
    """By maildir, on SQLite."""
    store = Store(sqlite_url)
    yield posted(store, tmp_path)
    store.close()


@pytest.fixture
def post_on_both(store: Store, maildir: Path, tmp_path: Path) -> Post:
    """By maildir, on both databases."""
    return posted(store, tmp_path)


def posted(store: Store, folder: Path) -> Post:
    fill(store)
    workspace = with_inbound(folder / "workspace", maildir="mail")
    return Post(workspace, store, stage_on(workspace, store))


def drop(maildir: Path, name: str, content: bytes) -> None:
    (maildir / "new" / name).write_bytes(content)
