"""[lists.….schedule]: when a list's issues go out, when not, and who is shown them before."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from mailer.config.calendar import (
    DayOfMonth,
    Days,
    Extra,
    day_of_month,
    parse_days,
    parse_extra,
    parse_time,
    weekday_of,
)
from mailer.config.cron import Cron, parse_cron
from mailer.config.table import Duration, Table, TimeZone

LONGEST_LEAD = timedelta(days=14)


class Schedule(Table):
    """When a list's issues go out."""

    every: Literal["week", "fortnight", "month"] | None = Field(
        None, description="The rule: week, fortnight or month; or cron says it."
    )
    on: str = Field("", description="The day: friday; of a month also 15, last day, first friday.")
    at: Annotated[time | None, BeforeValidator(parse_time)] = Field(
        None, description="The time of day, as in 07:30."
    )
    starting: date | None = Field(
        None, description="A day on which a fortnightly list goes out: fortnights count from it."
    )
    cron: Annotated[Cron | None, BeforeValidator(parse_cron)] = Field(
        None,
        description="Instead of every, on and at: minute, hour, day, month, weekday, as in"
        " 30 7 * * fri.",
    )
    timezone: TimeZone | None = Field(
        None, description="The zone of these times; by default the list's."
    )
    pauses: tuple[Annotated[Days, BeforeValidator(parse_days)], ...] = Field(
        (),
        description="Days without an issue: 25 December and 20 July..25 August every year,"
        " 2026-12-24..2027-01-03 once.",
    )
    extra: tuple[Annotated[Extra, BeforeValidator(parse_extra)], ...] = Field(
        (), description="More dates, also within a pause: 2026-12-23, or 2026-12-23 18:00."
    )
    grace: Duration = Field(
        timedelta(hours=6),
        description="How late an issue may still go out by itself; later it is held for a person.",
    )
    proofs: tuple[Duration, ...] = Field(
        (timedelta(hours=24), timedelta(hours=2)),
        description="How long before, each time, the issue is checked and shown to the editors.",
    )
    reader_time: bool = Field(
        False,  # noqa: FBT003  a default, not a flag
        description="Whether it is that time of day for each reader, in their own zone.",
    )

    @field_validator("proofs")
    @classmethod
    def _leads_are_near(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if any(not timedelta(0) < lead <= LONGEST_LEAD for lead in value):
            raise ValueError(f"a proof comes up to {LONGEST_LEAD.days} days before")
        return tuple(sorted(set(value), reverse=True))

    @model_validator(mode="after")
    def _is_one_rule(self) -> Schedule:
        if (self.every is None) is (self.cron is None):
            raise ValueError("say when: either every, on and at, or cron")
        if self.cron is not None:
            if self.on or self.at is not None or self.starting is not None:
                raise ValueError("cron says it all: leave out on, at and starting")
        else:
            self._check_days()
        if self.cron is not None and any(extra.at is None for extra in self.extra):
            raise ValueError("beside cron an extra date needs a time, as in 2026-12-23 18:00")
        if self.reader_time and self.cron is not None:
            raise ValueError("reader_time wants one time of day: every, on and at instead of cron")
        return self

    def _check_days(self) -> None:
        if not self.on or self.at is None:
            raise ValueError("say on which day and at which time: on and at")
        if self.every == "month":
            day_of_month(self.on)
            return
        weekday = weekday_of(self.on)
        if self.every == "fortnight":
            if self.starting is None:
                raise ValueError("starting is missing: a day on which a fortnightly list goes out")
            if self.starting.weekday() != weekday:
                raise ValueError(f"starting, {self.starting}, is no {self.on}")

    @property
    def weekday(self) -> int:
        """Of a week or a fortnight: the day it goes out, Monday being 0."""
        return weekday_of(self.on)

    @property
    def day_of_month(self) -> DayOfMonth:
        """Of a month: the day it goes out."""
        return day_of_month(self.on)
