"""However often somebody asks, no limit is passed, and what may go is not held back."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mailer.config import WarmUp
from mailer.delivery.health import Condition, Health
from mailer.delivery.pace import Bucket, Pace, Window
from mailer.delivery.routes import warm_up_limit

steps = st.lists(st.floats(0.0, 3.0), min_size=1, max_size=200)


@given(rate=st.floats(0.5, 50), steps=steps)
def test_no_second_has_more_than_the_rate_and_one_burst(rate: float, steps: list[float]) -> None:
    pace, now, gone = Pace([Bucket(rate, now=0.0)]), 0.0, []
    for step in steps:
        now += step
        while pace.wait(now) == 0.0:
            gone.append(now)
    for begin in gone:
        within = sum(begin <= moment < begin + 1.0 for moment in gone)
        assert within <= rate + max(1.0, rate) + 1


@given(rate=st.floats(0.5, 50))
def test_who_waits_as_long_as_told_may_go(rate: float) -> None:
    pace, now = Pace([Bucket(rate, now=0.0)]), 0.0
    for _ in range(20):
        now += pace.wait(now) + 1e-6
    assert pace.wait(now + 2 / rate) == 0.0


@given(limit=st.integers(1, 30), steps=steps)
def test_no_window_has_more_than_its_limit(limit: int, steps: list[float]) -> None:
    pace, now, gone = Pace([Window(lambda: limit, 60.0)]), 0.0, []
    for step in steps:
        now += step
        if pace.wait(now) == 0.0:
            gone.append(now)
    for begin in gone:
        assert sum(begin <= moment < begin + 60.0 for moment in gone) <= limit


def test_what_was_sent_before_we_began_counts() -> None:
    pace = Pace([Window(lambda: 100, 3600.0, used=100, now=0.0)])
    assert pace.wait(0.0) > 3600
    assert pace.wait(3700.0) == 0.0


def test_a_warm_up_grows_day_by_day() -> None:
    plan = WarmUp(start=date(2026, 12, 1), first_day=100, growth=2.0)
    days = [date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 5)]
    assert [warm_up_limit(plan, day) for day in days] == [0, 100, 200, 1600]


def test_a_relay_that_complains_is_slowed_more_each_time_and_is_well_again() -> None:
    relay, now, pauses = Condition(), 0.0, []
    for _ in range(4):
        relay.complained(now, "451 4.7.1 slow down")
        relay.complained(now, "451 heard on another connection")
        pauses.append(relay.until - now)
        now = relay.until
    assert pauses == [0.5, 1.0, 2.0, 4.0]
    assert relay.health is Health.SLOWED
    for _ in range(50):
        relay.went_well()
    assert relay.health is Health.WELL


def test_a_relay_that_is_down_is_left_alone_with_growing_pauses() -> None:
    relay, now, pauses = Condition(), 0.0, []
    for _ in range(12):
        relay.failed(now, "nobody answers")
        pauses.append(relay.until - now)
        now = relay.until
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == 300.0
    relay.connected()
    assert (relay.health, relay.until) == (Health.WELL, 0.0)
