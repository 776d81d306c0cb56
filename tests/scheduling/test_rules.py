"""A rule's moments are right through every change of the clocks, whatever the zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import ROOT
from mailer.config import ListSettings, Workspace
from mailer.scheduling import times_after, times_between

MINUTE = timedelta(minutes=1)
SAMPLE = Workspace.open(ROOT / "config.toml").settings.lists["cafe"]
# Whole hours, half an hour, hemispheres, Ireland's reverse saving, and a date that was left out.
ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)


def a_list(zone: str, **schedule: object) -> ListSettings:
    """The sample's list with another schedule."""
    given = SAMPLE.model_dump(exclude={"schedule"}, by_alias=True)
    return ListSettings.model_validate({**given, "timezone": zone, "schedule": schedule})


def moments(mailing_list: ListSettings, after: datetime, until: datetime) -> list[datetime]:
    return [one.at for one in times_between(mailing_list, after, until) if not one.pause]


def is_named(mailing_list: ListSettings, wall: datetime) -> bool:
    """The rule read word by word, of one minute on a wall clock."""
    schedule = mailing_list.schedule
    assert schedule is not None
    if schedule.cron:
        cron = schedule.cron
        return cron.has(wall.date()) and wall.minute in cron.minutes and wall.hour in cron.hours
    if (wall.hour, wall.minute) != (schedule.at.hour, schedule.at.minute):  # type: ignore[union-attr]
        return False
    day = wall.date()
    match schedule.every:
        case "week":
            return f"{day:%A}".lower() == schedule.on
        case "fortnight":
            weeks = (day.toordinal() - schedule.starting.toordinal()) / 7  # type: ignore[union-attr]
            return weeks % 2 == 0
        case _:
            return schedule.on in names_in_month(day)


def names_in_month(day: date) -> set[str]:
    """Everything a month's rule may call this day."""
    is_last = (day + timedelta(days=1)).day == 1
    nth = ["first", "second", "third", "fourth", "fifth"][(day.day - 1) // 7]
    names = {str(day.day), f"{nth} {day:%A}".lower()}
    if is_last:
        names |= {"last day", *(str(number) for number in range(day.day, 32))}
    if (day + timedelta(days=7)).month != day.month:
        names.add(f"last {day:%A}".lower())
    return names


def by_brute_force(mailing_list: ListSettings, after: datetime, until: datetime) -> list[datetime]:
    """Every minute is looked at: what the wall shows, and what it jumped over."""
    zone = ZoneInfo(mailing_list.timezone)
    seen: set[datetime] = set()
    start = after - timedelta(days=1)
    moment, before = start, None
    while moment <= until:
        wall = moment.astimezone(zone)
        for shown in (*skipped(before, wall), wall.replace(tzinfo=None)):
            is_second_pass = wall.fold == 1
            if not is_second_pass and is_named(mailing_list, shown):
                # A minute that the wall jumped over comes as much later as the wall jumped.
                lost = wall.replace(tzinfo=None) - shown
                gap = jump(before, wall) if lost else timedelta(0)
                seen.add(moment + gap - lost)
        before = wall
        moment += MINUTE
    return sorted(one for one in seen if after < one <= until)


def jump(before: datetime | None, wall: datetime) -> timedelta:
    assert before is not None
    return wall.replace(tzinfo=None) - before.replace(tzinfo=None) - MINUTE


def skipped(before: datetime | None, wall: datetime) -> Iterator[datetime]:
    if before is None:
        return
    shown, now = before.replace(tzinfo=None) + MINUTE, wall.replace(tzinfo=None)
    while shown < now:
        yield shown
        shown += MINUTE


CHANGES = {
    "Europe/Paris": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-04", "2026-10-03"],
    "Europe/Dublin": ["2026-03-29", "2026-10-25"],
    "America/Sao_Paulo": ["2018-02-17", "2018-11-04"],
    "Asia/Kathmandu": ["2026-01-31"],
    "Pacific/Apia": ["2011-12-29"],
    "Africa/Casablanca": ["2026-02-15", "2026-03-22"],
    "UTC": ["2026-12-31"],
}


@st.composite
def cases(draw: st.DrawFn) -> tuple[ListSettings, datetime]:
    zone = draw(st.sampled_from(ZONES))
    day = date.fromisoformat(draw(st.sampled_from(CHANGES[zone])))
    day += timedelta(days=draw(st.integers(-1, 1)))
    clock = draw(st.times(time(0, 0), time(4, 0))).replace(second=0, microsecond=0)
    at = f"{clock:%H:%M}"
    kind = draw(st.sampled_from(["week", "fortnight", "month", "cron"]))
    if kind == "cron":
        minutes = draw(st.sampled_from(["*/15", "0,30", str(clock.minute), "7-37/10"]))
        days = draw(
            st.sampled_from(["* * *", f"{day.day} * *", f"*/3 * {day:%a}", "1,29 3,10 sun"])
        )
        rule: dict[str, object] = {"cron": f"{minutes} 0-4 {days}"}
    else:
        on = f"{day:%A}".lower()
        if kind == "month":
            nth = ["first", "second", "third", "fourth", "last"][min((day.day - 1) // 7, 4)]
            on = draw(st.sampled_from([str(day.day), "31", "last day", f"{nth} {on}"]))
        rule = {"every": kind, "on": on, "at": at}
        if kind == "fortnight":
            rule["starting"] = day + timedelta(days=14 * draw(st.integers(-30, 30)))
    return a_list(zone, **rule), datetime.combine(day, time(), UTC) - timedelta(hours=36)


@given(cases())
@settings(max_examples=40)
def test_the_moments_are_those_found_by_looking_at_every_minute(
    case: tuple[ListSettings, datetime],
) -> None:
    mailing_list, after = case
    until = after + timedelta(days=2.5)
    assert moments(mailing_list, after, until) == by_brute_force(mailing_list, after, until)


@given(cases(), st.integers(1, 80))
@settings(max_examples=40)
def test_looking_in_two_steps_finds_what_looking_at_once_finds(
    case: tuple[ListSettings, datetime], hours: int
) -> None:
    mailing_list, after = case
    middle, end = after + timedelta(hours=hours), after + timedelta(days=4)
    both = moments(mailing_list, after, middle) + moments(mailing_list, middle, end)
    assert both == moments(mailing_list, after, end)


@pytest.mark.parametrize(
    ("zone", "day", "at", "moment"),
    [
        ("Europe/Paris", "2026-03-29", "02:30", "2026-03-29 01:30"),  # does not exist: 03:30
        ("Europe/Paris", "2026-10-25", "02:30", "2026-10-25 00:30"),  # twice: the first
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01 05:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03 15:45"),  # 02:45, half an hour
        ("Pacific/Apia", "2011-12-30", "07:30", "2011-12-30 17:30"),  # a day that never was
    ],
)
def test_a_time_that_is_not_there_moves_forward_and_one_that_comes_twice_is_the_first(
    zone: str, day: str, at: str, moment: str
) -> None:
    on = f"{date.fromisoformat(day):%A}".lower()
    mailing_list = a_list(zone, every="week", on=on, at=at)
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    found = moments(mailing_list, expected - timedelta(days=2), expected + timedelta(days=2))
    assert found == [expected]


def test_a_pause_says_itself_and_an_extra_date_stands_within_it() -> None:
    mailing_list = a_list(
        "Europe/Paris",
        every="week",
        on="friday",
        at="07:30",
        pauses=["25 décembre", "24 December..4 January"],
        extra=["2026-12-28 18:00", "2026-12-30"],
    )
    start = datetime(2026, 12, 17, tzinfo=UTC)
    found = times_between(mailing_list, start, start + timedelta(days=24))
    assert [(f"{one.local:%m-%d %H:%M}", one.pause) for one in found] == [
        ("12-18 07:30", ""),
        ("12-25 07:30", "25 décembre"),
        ("12-28 18:00", ""),
        ("12-30 07:30", ""),
        ("01-01 07:30", "24 December..4 January"),
        ("01-08 07:30", ""),
    ]


def test_a_rule_that_rarely_comes_is_found_years_ahead() -> None:
    mailing_list = a_list("Europe/Paris", cron="0 9 29 2 *")
    first = next(times_after(mailing_list, datetime(2097, 1, 1, tzinfo=UTC)))
    assert first.day == date(2104, 2, 29)
