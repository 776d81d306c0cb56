"""Slots and what people and the scheduler did with them; pauses; proofs that were shown."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId, choice


class SlotState(StrEnum):
    """Where a scheduled time stands."""

    PLANNED = "planned"
    LAUNCHED = "launched"
    EMPTY = "empty"
    HELD = "held"
    SKIPPED = "skipped"


class Slot(Model):
    """One scheduled sending time of a list; whoever moves it on from planned launches."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("list_id", "at"),)

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    at: Mapped[datetime]
    state: Mapped[SlotState] = mapped_column(choice(SlotState))
    reason: Mapped[str]
    """Why it is held, empty or skipped."""
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    """When it came to this state."""
    created_at: Mapped[datetime]


class ScheduleAct(Model):
    """What was done with a list's schedule, when and by whom; rows are only added."""

    __tablename__ = "schedule_acts"
    __table_args__ = (Index(None, "list_id", "made_at"),)

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slots.id"))
    """None for what concerns no single slot: pauses."""
    act: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    reason: Mapped[str]


class SchedulePause(Model):
    """Days without an issue, decided at the terminal; both ends count."""

    __tablename__ = "schedule_pauses"

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was taken back."""


class ScheduleMark(Model):
    """Up to where a list's slots are decided: what was scheduled before is nobody's debt."""

    __tablename__ = "schedule_marks"

    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), primary_key=True)
    decided_until: Mapped[datetime]


class Proof(Model):
    """An issue as it was shown to the editors before a slot: once a slot and lead."""

    __tablename__ = "proofs"

    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), primary_key=True)
    lead_seconds: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int | None]
    """The issue's; None where none was ready."""
    looks: Mapped[dict[str, Any]]
    """What the next proof is compared with: a digest of each part."""
    sent_at: Mapped[datetime]
