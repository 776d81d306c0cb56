"""What people decide about slots holds, can be taken back, and is written down."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from mailer.audience import ensure_list
from mailer.scheduling import (
    Means,
    ScheduleError,
    SlotEvent,
    add_pause,
    change_slot,
    end_pauses,
    forecast,
    send_now,
)
from mailer.store.tables import ScheduleAct
from scheduling.desk import KEYS, Desk

FRIDAY = "2026-11-27"


def means(desk: Desk) -> Means:
    return Means(desk.workspace, desk.store, KEYS)


def change(desk: Desk, event: SlotEvent, named: str = "", reason: str = "") -> str:
    line = change_slot(
        means(desk), "cafe", named, event, by="anne", now=desk.clock.now, reason=reason
    )
    return line.state.value


def acts(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.store.read() as connection:
        rows = connection.execute(
            select(ScheduleAct.act, ScheduleAct.made_by, ScheduleAct.reason).order_by(
                ScheduleAct.id
            )
        )
        return [tuple(row) for row in rows]


def test_what_is_held_is_not_sent_and_goes_at_once_when_it_is_let_go_late(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    assert change(desk, SlotEvent.HELD, reason="a name is wrong") == "held"
    assert change(desk, SlotEvent.HELD, FRIDAY, reason="a name is wrong") == "held"
    desk.at(f"{FRIDAY} 06:30")
    desk.at(f"{FRIDAY} 18:30")
    assert desk.sent() == []
    assert len(desk.letters()) == 1
    assert change(desk, SlotEvent.RELEASED) == "launched"
    assert desk.sent() == [(f"{FRIDAY} 06:30", 386)]
    assert acts(desk) == [
        ("held", "anne", "a name is wrong"),
        ("held", "anne", "a name is wrong"),
        ("released", "anne", ""),
        ("launched", "anne", ""),
    ]


def test_what_is_let_go_before_its_time_leaves_at_its_time(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    change(desk, SlotEvent.HELD)
    assert change(desk, SlotEvent.RELEASED) == "planned"
    desk.at(f"{FRIDAY} 06:29")
    assert desk.sent() == []
    desk.at(f"{FRIDAY} 06:30")
    assert desk.sent() == [(f"{FRIDAY} 06:30", 386)]


def test_what_was_let_go_before_its_time_is_held_again_if_nobody_ran_then(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    change(desk, SlotEvent.HELD)
    change(desk, SlotEvent.RELEASED)
    desk.at(f"{FRIDAY} 16:30")
    assert desk.slots() == [(f"{FRIDAY} 06:30", "held")]


def test_an_issue_that_is_let_go_with_its_fault_is_held_again(desk: Desk) -> None:
    desk.write(386, text="Voir [ici](#nulle-part).")
    desk.scheduler.tick()
    desk.at(f"{FRIDAY} 06:30")
    desk.at(f"{FRIDAY} 07:00")
    assert change(desk, SlotEvent.RELEASED, FRIDAY) == "held"
    assert len(desk.letters()) == 2
    desk.write(386)
    assert change(desk, SlotEvent.RELEASED, FRIDAY) == "launched"


def test_a_skipped_slot_passes_in_silence_and_can_be_taken_back(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    assert change(desk, SlotEvent.SKIPPED) == "skipped"
    assert change(desk, SlotEvent.SKIPPED, "2026-12-04T07:30") == "skipped"
    assert change(desk, SlotEvent.UNSKIPPED, "2026-12-04") == "planned"
    desk.at(f"{FRIDAY} 06:30")
    assert (desk.sent(), desk.letters()) == ([], [])
    with pytest.raises(ScheduleError, match="its time has passed"):
        change(desk, SlotEvent.UNSKIPPED, FRIDAY)
    desk.at("2026-12-04 06:30")
    assert desk.sent() == [("2026-12-04 06:30", 386)]


def test_a_pause_keeps_the_list_silent_and_the_issue_goes_out_after_it(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    desk.at("2026-11-26 06:30")
    with desk.store.write() as connection:
        id_ = ensure_list(connection, "cafe")
        now = desk.clock.now
        days = date(2026, 11, 27), date(2026, 12, 4)
        add_pause(connection, id_, *days, by="anne", now=now, reason="strike")
    assert desk.at(f"{FRIDAY} 06:30") == desk.at("2026-12-04 06:30")
    desk.at("2026-12-11 06:30")
    assert desk.sent() == [("2026-12-11 06:30", 386)]


def test_a_pause_that_is_taken_back_leaves_the_slot_as_it_was(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    with desk.store.write() as connection:
        id_ = ensure_list(connection, "cafe")
        day, now = date(2026, 11, 27), desk.clock.now
        add_pause(connection, id_, day, day, by="anne", now=now, reason="")
        end_pauses(connection, id_, by="zoé", now=now)
    desk.at(f"{FRIDAY} 06:30")
    assert desk.sent() == [(f"{FRIDAY} 06:30", 386)]
    assert [(act, by) for act, by, _ in acts(desk)][:2] == [("paused", "anne"), ("resumed", "zoé")]


def test_now_sends_the_next_issue_outside_the_rule(desk: Desk) -> None:
    desk.write(386)
    line = send_now(means(desk), "cafe", by="anne", now=desk.clock.now)
    assert (line.state.value, desk.sent()) == ("launched", [("2026-11-24 09:30", 386)])
    assert acts(desk) == [("launched", "anne", "")]


def test_a_slot_that_has_left_cannot_be_held(desk: Desk) -> None:
    desk.write(386)
    desk.scheduler.tick()
    desk.at(f"{FRIDAY} 06:30")
    with pytest.raises(ScheduleError, match="launched cannot be held"):
        change(desk, SlotEvent.HELD, FRIDAY)


@pytest.mark.parametrize("named", ["2026-11-28", "friday", "2026-11-27T08:00"])
def test_a_slot_that_is_not_there_is_refused(desk: Desk, named: str) -> None:
    with pytest.raises(ScheduleError, match="no slot"):
        change(desk, SlotEvent.HELD, named)


def test_the_forecast_gives_each_slot_its_issue_and_says_why_one_has_none(desk: Desk) -> None:
    desk.write(386)
    desk.write(387, day="2026-12-11")
    desk.write(388, status="draft")
    desk.scheduler.tick()
    change(desk, SlotEvent.SKIPPED, "2026-12-04", "no news")
    lines = forecast(means(desk), "cafe", desk.clock.now, 4)
    assert [(f"{one.local:%m-%d %H:%M}", one.state, one.issue, one.why) for one in lines] == [
        ("11-27 07:30", "planned", "cafe-386", ""),
        ("12-04 07:30", "skipped", "", "no news"),
        ("12-11 07:30", "planned", "cafe-387", ""),
        ("12-18 07:30", "no issue", "", "388 is a draft"),
    ]
    assert lines[1].by == "anne"
