"""A schedule is read as people write it; what it cannot mean is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailer.config import ConfigError
from mailer.errors import ManyErrors
from mailer.scheduling import ScheduledTime
from mailer.store import Store
from scheduling.desk import open_desk


def refusal(folder: Path, schedule: str) -> str:
    with pytest.raises((ConfigError, ManyErrors)) as refused:
        open_desk(folder, Store("sqlite://"), schedule=f"schedule = {{ {schedule} }}")
    return str(refused.value)


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ('every = "week", on = "fryday", at = "07:30"', "'fryday' is no weekday"),
        ('every = "week", on = "friday"', "say on which day and at which time"),
        ('every = "week", on = "friday", at = "25:00"', "'25:00' is no time of day"),
        ('every = "day", on = "friday", at = "07:30"', "every"),
        ('every = "fortnight", on = "friday", at = "07:30"', "starting is missing"),
        (
            'every = "fortnight", on = "friday", at = "07:30", starting = 2026-11-26',
            "starting, 2026-11-26, is no friday",
        ),
        ('every = "month", on = "fifth friday", at = "07:30"', "is no day of a month"),
        ('cron = "30 7 * *"', "five fields are needed"),
        ('cron = "61 7 * * *"', "'61' is no minute from 0 to 59"),
        ('cron = "0 7 30 feb *"', "no month of feb has a day 30"),
        ('cron = "0 7 * * fri", at = "07:30"', "cron says it all"),
        ('cron = "0 7 * * fri", extra = ["2026-12-23"]', "an extra date needs a time"),
        ('every = "week", on = "friday", at = "07:30", pauses = ["Noël"]', "'Noël' are no days"),
        (
            'every = "week", on = "friday", at = "07:30", pauses = ["31 June"]',
            "'31 June' are no days",
        ),
        ('every = "week", on = "friday", at = "07:30", proofs = ["40d"]', "up to 14 days"),
        ('every = "week", on = "friday", at = "07:30", zone = "Europe/Paris"', "unknown key"),
    ],
)
def test_what_a_schedule_cannot_mean_is_told_with_its_line(
    tmp_path: Path, schedule: str, words: str
) -> None:
    told = refusal(tmp_path, schedule)
    assert words in told
    lines = (tmp_path / "config.toml").read_text().splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("schedule ="))
    assert f"config.toml:{number}: " in told
    assert "\n" not in told


def test_a_scheduled_time_is_told_on_the_clocks_of_its_zone() -> None:
    from datetime import UTC, date, datetime, time

    at = datetime(2026, 7, 3, 5, 30, tzinfo=UTC)
    one = ScheduledTime(at, date(2026, 7, 3), time(7, 30), "Europe/Paris")
    assert f"{one.local:%a %H:%M %Z}" == "Fri 07:30 CEST"
