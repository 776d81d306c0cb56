"""Each slot is done once: launched, empty or held, whoever looks and however late."""

from __future__ import annotations

import threading

from mailer.scheduling import Scheduler
from mailer.store import Store
from scheduling.desk import KEYS, Desk, utc


def test_the_lowest_ready_issue_leaves_at_its_time_in_winter(desk: Desk) -> None:
    desk.write(387)
    desk.write(386)
    desk.write(385, status="draft")
    desk.scheduler.tick()
    desk.at("2026-11-27 06:29")
    assert desk.sent() == []
    desk.at("2026-11-27 06:30")
    desk.at("2026-11-27 06:31")
    assert desk.sent() == [("2026-11-27 06:30", 386)]
    desk.at("2026-12-04 06:30")
    assert desk.sent()[1:] == [("2026-12-04 06:30", 387)]
    desk.at("2026-12-11 06:30")
    assert desk.slots()[2:] == [("2026-12-11 06:30", "empty")]
    assert desk.reasons()[2] == "385 is a draft"


def test_two_schedulers_at_once_launch_once(desk: Desk) -> None:
    for number in range(1, 9):
        desk.write(number)
    desk.scheduler.tick()
    for day in ("2026-11-27", "2026-12-04", "2026-12-11"):
        desk.clock.now = utc(f"{day} 06:30")
        others = [Store(desk.store.engine.url.render_as_string(hide_password=False)) for _ in "12"]
        schedulers = [Scheduler(desk.workspace, other, KEYS, desk.clock) for other in others]
        threads = [threading.Thread(target=one.tick) for one in (*schedulers, desk.scheduler)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for other in others:
            other.close()
    assert desk.sent() == [
        ("2026-11-27 06:30", 1),
        ("2026-12-04 06:30", 2),
        ("2026-12-11 06:30", 3),
    ]


def test_a_late_start_sends_within_the_grace_and_holds_after_it(desk: Desk) -> None:
    desk.write(386)
    desk.write(387)
    desk.scheduler.tick()
    desk.at("2026-11-27 12:30")
    assert desk.sent() == [("2026-11-27 06:30", 386)]
    desk.at("2026-12-04 12:31")
    assert desk.slots()[1:] == [("2026-12-04 06:30", "held")]
    assert desk.reasons()[1] == "6 h 1 min late"


def test_what_was_scheduled_before_anybody_looked_is_nobodys_debt(desk: Desk) -> None:
    desk.write(386)
    desk.at("2026-11-27 06:45")
    assert desk.slots() == []


def test_an_issue_with_a_hard_fault_is_held(desk: Desk) -> None:
    desk.write(386, text="Voir [ici](#nulle-part).")
    desk.write(387)
    desk.scheduler.tick()
    desk.at("2026-11-27 06:30")
    assert desk.slots() == [("2026-11-27 06:30", "held")]
    assert "issue.md" in desk.reasons()[0]


def test_a_clock_that_goes_back_repeats_nothing(desk: Desk) -> None:
    desk.write(386)
    desk.write(387)
    desk.scheduler.tick()
    desk.at("2026-11-27 06:30")
    desk.at("2026-11-27 05:30")
    desk.at("2026-11-27 06:30")
    desk.at("2026-11-27 07:30")
    assert desk.sent() == [("2026-11-27 06:30", 386)]


def test_a_clock_that_was_years_ahead_for_a_moment_does_not_swallow_what_comes(desk: Desk) -> None:
    desk.at("2029-01-01 00:00")
    desk.write(386)
    desk.at("2026-11-24 09:30")
    desk.at("2026-11-27 06:30")
    assert desk.sent() == [("2026-11-27 06:30", 386)]


def test_an_issue_waits_for_the_day_it_is_dated_and_then_goes_first(desk: Desk) -> None:
    desk.write(386, day="2026-12-04")
    desk.write(387)
    desk.write(388, day="2026-11-27")
    desk.scheduler.tick()
    for day in ("2026-11-27", "2026-12-04", "2026-12-11"):
        desk.at(f"{day} 06:30")
    assert [number for _, number in desk.sent()] == [388, 386, 387]


def test_it_asks_to_be_woken_for_the_proofs_and_for_the_slot(desk: Desk) -> None:
    assert desk.scheduler.tick() == utc("2026-11-26 06:30")
    assert desk.at("2026-11-26 06:30") == utc("2026-11-27 04:30")
    assert desk.at("2026-11-27 04:30") == utc("2026-11-27 06:30")
    assert desk.at("2026-11-27 06:30") == utc("2026-12-03 06:30")
