"""What scheduling works with: the workspace, its database and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mailer.config import ListSettings, Workspace
from mailer.keys import Keys
from mailer.scheduling.errors import ScheduleError
from mailer.store import Store
from mailer.tokens import Signer, TokenPurpose

SERVICE = "mailer"
"""Who did it, where no person did."""


@dataclass(frozen=True, slots=True)
class Means:
    """The workspace, its database and its keys."""

    workspace: Workspace
    store: Store
    keys: Keys

    @property
    def lists(self) -> dict[str, ListSettings]:
        """The lists that have a schedule, by key."""
        lists = self.workspace.settings.lists
        return {key: one for key, one in lists.items() if one.schedule is not None}

    def hold_url(self, slot_id: int) -> str:
        """The page on which a slot is held and let go."""
        token = Signer(self.keys.links).sign(TokenPurpose.HOLD, slot_id)
        return f"{self.workspace.settings.site.base_url}/hold/{token}"


def scheduled_list(means: Means, list_key: str | None) -> tuple[str, ListSettings]:
    """The list of that key, or the only one with a schedule; raises ScheduleError, ConfigError."""
    lists = means.lists
    if list_key is not None:
        mailing_list = means.workspace.list(list_key)
        if list_key not in lists:
            raise ScheduleError(
                f"list {list_key} has no schedule", mend=f"write one into [lists.{list_key}]"
            )
        return list_key, mailing_list
    if len(lists) == 1:
        return next(iter(lists.items()))
    if not lists:
        raise ScheduleError(
            "no list has a schedule", mend="see docs/scheduling.md for how to write one"
        )
    raise ScheduleError("several lists have a schedule", mend=f"add --list {next(iter(lists))}")


def written(moment: datetime) -> str:
    """A moment in a cause or a log: the same text for the same moment."""
    return f"{moment:%Y%m%dT%H%M%SZ}"
