"""What a count needs to know of a request: whether a person asked, and which day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fastapi import Request

from mailer.stats import is_machine
from mailer.web.site import Site


def by_machine(request: Request) -> bool:
    """Whether a request is no person's act."""
    return is_machine(request.headers.get("user-agent"), method=request.method)


def day_of(site: Site, list_key: str, now: datetime) -> date:
    """The day it is where the list lives; in UTC for a list that is configured no more."""
    mailing_list = site.workspace.settings.lists.get(list_key)
    return now.astimezone(mailing_list.zone if mailing_list else UTC).date()
