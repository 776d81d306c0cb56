"""Pauses that were decided at the terminal, beside those of config.toml."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from mailer.config import Days
from mailer.scheduling.errors import ScheduleError
from mailer.scheduling.slots import note
from mailer.store.tables import SchedulePause


@dataclass(frozen=True, slots=True)
class PauseLine:
    """One pause that is in force."""

    id: int
    first_day: date
    last_day: date
    reason: str
    made_by: str
    made_at: datetime

    @property
    def days(self) -> Days:
        """Its days, in words that a list of slots shows."""
        ends = f"{self.first_day}..{self.last_day}"
        whole = str(self.first_day) if self.first_day == self.last_day else ends
        return Days(f"{whole} {self.reason}".strip(), self.first_day, self.last_day)


def pauses_of(connection: Connection, list_id: int | None) -> list[PauseLine]:
    """The pauses of a list that nobody took back."""
    rows = connection.execute(
        select(
            SchedulePause.id,
            SchedulePause.first_day,
            SchedulePause.last_day,
            SchedulePause.reason,
            SchedulePause.made_by,
            SchedulePause.made_at,
        )
        .where(SchedulePause.list_id == list_id, SchedulePause.ended_at.is_(None))
        .order_by(SchedulePause.first_day, SchedulePause.id)
    )
    return [PauseLine(*row) for row in rows]


def add_pause(
    connection: Connection,
    list_id: int,
    first_day: date,
    last_day: date,
    *,
    by: str,
    now: datetime,
    reason: str,
) -> PauseLine:
    """Keep a list silent from one day to another; raises ScheduleError."""
    if last_day < first_day:
        raise ScheduleError(
            f"the pause ends on {last_day}, before it begins", mend="see --from and --to"
        )
    id_ = connection.execute(
        insert(SchedulePause)
        .values(
            list_id=list_id,
            first_day=first_day,
            last_day=last_day,
            reason=reason,
            made_by=by,
            made_at=now,
            ended_at=None,
        )
        .returning(SchedulePause.id)
    ).scalar_one()
    line = PauseLine(id_, first_day, last_day, reason, by, now)
    note(connection, list_id, "paused", by=by, now=now, reason=line.days.words)
    return line


def end_pauses(connection: Connection, list_id: int, *, by: str, now: datetime) -> list[PauseLine]:
    """Take back every pause of a list that was decided at the terminal."""
    lines = pauses_of(connection, list_id)
    connection.execute(
        update(SchedulePause)
        .where(SchedulePause.id.in_([line.id for line in lines]))
        .values(ended_at=now)
    )
    for line in lines:
        note(connection, list_id, "resumed", by=by, now=now, reason=line.days.words)
    return lines
