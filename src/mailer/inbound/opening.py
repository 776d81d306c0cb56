"""Which mailbox a workspace has, opened."""

from __future__ import annotations

from contextlib import AbstractContextManager

from mailer.config import Workspace
from mailer.inbound.boxes import Box
from mailer.inbound.imap import ImapBox
from mailer.inbound.maildir import MaildirBox


def open_box(workspace: Workspace) -> AbstractContextManager[Box] | None:
    """The mailbox that config.toml names; None where it names none. Raises InboundError."""
    settings = workspace.settings.inbound
    if settings.maildir is not None:
        return MaildirBox(workspace.root / settings.maildir, settings.done)
    if settings.imap_host:
        return ImapBox(settings, workspace.password(settings), workspace.root)
    return None
