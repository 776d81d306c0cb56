"""Short issues, ready to be sent, and campaigns of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from builders import NOW
from mailer.campaigns import launch, locate_issue, prepare
from mailer.config import Workspace
from mailer.store import Store

ISSUE = """---
number: {number}
list: {list}
locale: {locale}
title: "Une lettre courte"
subject: "☕️ #{number} : une lettre courte"
preheader: "Elle arrivera, quoi qu’il advienne."
status: {status}
---

Bonjour ! Cette lettre est courte : son voyage est plus long qu’elle.

## Le voyage

Coupures, pannes, redémarrages : [rien ne l’arrête](https://voyage.example/lettre).
"""
LOCALES = {"letter": "en"}


def write_issue(folder: Path, number: int, *, list_key: str = "cafe", status: str = "ready") -> str:
    """The issue's slug, once its folder stands in the workspace."""
    slug = f"{list_key}-{number}"
    issue = folder / "issues" / slug
    issue.mkdir(parents=True, exist_ok=True)
    text = ISSUE.format(
        number=number, list=list_key, locale=LOCALES.get(list_key, "fr"), status=status
    )
    (issue / "issue.md").write_text(text, encoding="utf-8")
    return slug


def launch_issue(
    store: Store,
    workspace: Workspace,
    number: int,
    *,
    list_key: str = "cafe",
    batch_size: int = 500,
    now: datetime = NOW,
) -> int:
    """The id of a campaign of a fresh issue to everybody on the list."""
    slug = write_issue(workspace.root, number, list_key=list_key)
    prepared = prepare(workspace, locate_issue(workspace, slug, list_key))
    with store.write() as connection:
        launched = launch(connection, prepared.plan(batch_size), share_id=slug, now=now)
    return launched.campaign_id
