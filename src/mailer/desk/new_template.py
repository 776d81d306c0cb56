"""A template set of the publisher's own: a copy of another one, to be changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mailer.config import Workspace, nearest
from mailer.desk.errors import TemplateExistsError
from mailer.errors import InputError, MailerError, Where

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


def make_template(workspace: Workspace, name: str, *, source: str) -> Path:
    """Copy the set `source` as `name`; what it shares with the others stays shared.

    Raises InputError for a name that makes no folder or a source that is not there,
    TemplateExistsError where the name is taken, MailerError where nothing can be written.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} names no template set", mend="use a-z, 0-9 and hyphens")
    sets = sorted(found.parent.name for found in workspace.templates.glob("*/issue.mjml"))
    if source not in sets:
        raise InputError(
            f"there is no templates/{source}",
            mend=nearest(source, sets) or f"there: {', '.join(sets)}",
        )
    folder = workspace.templates / name
    if folder.exists():
        raise TemplateExistsError(
            f"there is a templates/{name} already", where=Where(folder), mend="choose another name"
        )
    try:
        shutil.copytree(workspace.templates / source, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise MailerError(
            f"the template set cannot be written: {error.strerror}",
            where=Where(folder),
            mend="make templates/ writable",
        ) from None
    return folder
