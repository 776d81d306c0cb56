"""Stated dates are taken for what they say, or not at all."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from importing.files import PARIS
from mailer.importing.moments import DayOrder, MomentError, parse_moment

MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001


def order(*texts: str) -> DayOrder:
    """What a file with these dates tells of its order."""
    told = DayOrder()
    for text in texts:
        told.see(text)
    return told


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-05-06T10:20:30+02:00", "2024-05-06T08:20:30"),
        ("2024-05-06T10:20:30Z", "2024-05-06T10:20:30"),
        ("2024-05-06 10:20:30.123456 +0200", "2024-05-06T08:20:30.123456"),
        ("2024-05-06T10:20+02", "2024-05-06T08:20:00"),
        ("2024-05-06T10:20:30", "2024-05-06T08:20:30"),  # the list's zone, in summer
        ("2024-01-06T10:20:30", "2024-01-06T09:20:30"),  # and in winter
        ("2024-05-06", "2024-05-05T22:00:00"),
        ("25/04/2021", "2021-04-24T22:00:00"),
        ("25.04.2021 18:30", "2021-04-25T16:30:00"),
        ("04/25/2021", "2021-04-24T22:00:00"),
        ("04/04/2021", "2021-04-03T22:00:00"),
    ],
)
def test_a_date_is_read(text: str, utc: str) -> None:
    assert parse_moment(text, PARIS, DayOrder(), NOW).at == datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025-02-30", "no such date"),
        ("31/02/2025", "no such date"),
        ("2025-03-12T25:10:00+01:00", "no such date"),
        ("2025-03-12T10:10:00+99:00", "no such date"),
        ("2099-01-01T09:00:00+01:00", "in the future"),
        ("2026-12-02", "in the future"),
        ("1970-01-01", "before 1990"),
        ("0203-05-06", "before 1990"),
        ("0001-01-01", "no such date"),
        ("03/04/2021", "day or month first"),
        ("vers Noël", "not a date"),
        ("06/05/24", "not a date"),
        ("45418", "not a date"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_reason(text: str, words: str) -> None:
    with pytest.raises(MomentError, match=words):
        parse_moment(text, PARIS, DayOrder(), NOW)


@pytest.mark.parametrize(
    ("seen", "day"),
    [(("25/12/2020",), "2021-04-02"), (("12/25/2020",), "2021-03-03")],
)
def test_the_other_dates_of_a_file_tell_which_comes_first(seen: tuple[str, ...], day: str) -> None:
    moment = parse_moment("03/04/2021", PARIS, order(*seen), NOW)
    assert moment.at.date().isoformat() == day


def test_a_file_that_mixes_both_orders_tells_nothing() -> None:
    mixed = order("25/12/2020", "12/25/2020")
    assert str(mixed) == "mixed"
    with pytest.raises(MomentError, match="day or month first"):
        parse_moment("03/04/2021", PARIS, mixed, NOW)


@given(MOMENTS)
def test_every_instant_comes_back(moment: datetime) -> None:
    found = parse_moment(moment.isoformat(), PARIS, DayOrder(), NOW)
    assert found.at == moment
    assert not found.assumed


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with suppress(MomentError):
        assert parse_moment(text, PARIS, DayOrder(), NOW).at <= NOW
