"""The scheduler: whatever is due now, done once, however many of them run.

It keeps nothing in memory. Where it is woken too late, twice, or after a restart, the database says
what is still to be done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.audience import ensure_list
from mailer.clock import Clock
from mailer.config import Workspace
from mailer.keys import Keys
from mailer.scheduling.agenda import Agenda, agenda
from mailer.scheduling.means import Means
from mailer.scheduling.proofs import send_proofs
from mailer.scheduling.settling import settle
from mailer.scheduling.slots import mark_decided
from mailer.store import Store
from mailer.store.tables import SlotState

# A mark that is a little old costs a few look-ups; one that is new each time, a write.
_MARK_AGES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Scheduler:
    """The schedules of one workspace."""

    workspace: Workspace
    store: Store
    keys: Keys
    clock: Clock

    def tick(self) -> datetime | None:
        """Do everything that is due: proofs, checks, slots; each in its own transaction.

        Returns the next moment at which there will be something to do, if nobody decides anything
        at a terminal until then; None where no list has a schedule. It sends nothing: what it
        launches waits in the database. Raises StoreError.
        """
        means = Means(self.workspace, self.store, self.keys)
        moments = [self._look_at(means, key) for key in means.lists]
        return min((moment for moment in moments if moment), default=None)

    def _look_at(self, means: Means, list_key: str) -> datetime | None:
        now = self.clock()
        seen = self._agenda(means, list_key, now)
        due = seen.due(now)
        for entry in due:
            # One that a person holds is told of; whatever else is decided is found to be so.
            if entry.is_open or entry.state is SlotState.HELD:
                settle(means, list_key, entry.time, now)
        send_proofs(means, list_key, seen, now)
        if due or seen.since is None or abs(now - seen.since) > _MARK_AGES:
            with self.store.write() as connection:
                mark_decided(connection, ensure_list(connection, list_key), now)
        return seen.next_moment(now)

    def _agenda(self, means: Means, list_key: str, now: datetime) -> Agenda:
        with self.store.read() as connection:
            return agenda(connection, list_key, means.lists[list_key], now)
