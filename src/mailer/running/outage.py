"""When relays that take nothing become an alarm: after a while, and once an hour at most."""

from __future__ import annotations

from datetime import datetime

from mailer.delivery import Dispatch
from mailer.notices import Alarm, AlarmEvent, alarm
from mailer.running.sharing import Group


class Outage:
    """How long a group's relays have been down."""

    def __init__(self, dispatch: Dispatch, group: Group) -> None:
        self._dispatch, self._group = dispatch, group
        self._since: datetime | None = None

    def note(self, why: str) -> None:
        """Why nothing is taken now, or nothing where something is; raises StoreError."""
        now = self._dispatch.clock()
        if not why:
            self._since = None
            return
        self._since = self._since or now
        if now - self._since < self._dispatch.workspace.settings.alarms.relay_down_after:
            return
        names = ", ".join(sorted(self._group.relays))
        with self._dispatch.store.write() as connection:
            alarm(
                connection,
                self._dispatch.workspace,
                self._dispatch.keys,
                Alarm(
                    event=AlarmEvent.RELAY_DOWN,
                    list_key=self._group.lists[0],
                    cause=f"{names} {now:%Y-%m-%dT%H}",
                    what=names,
                    why=why,
                ),
                now=now,
            )
