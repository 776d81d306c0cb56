"""A year of weekly slots, turned through: the right moments, the pauses kept, one campaign each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mailer.store import Store
from scheduling.desk import Desk, open_desk, utc

ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe")
WHOLE_YEAR = """\
schedule = { every = "week", on = "friday", at = "07:30", timezone = "%s", proofs = [], \
pauses = ["25 December", "20 July..25 August"] }"""


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_slots_is_right_across_every_change(
    tmp_path: Path, sqlite_url: str, zone: str
) -> None:
    store = Store(sqlite_url)
    desk = open_desk(tmp_path, store, schedule=WHOLE_YEAR % zone, now="2026-01-01 00:00")
    turn_through_the_year(desk)
    sent = desk.local_times(zone)
    store.close()
    assert {(f"{local:%A}", f"{local:%H:%M}") for local, _ in sent} == {("Friday", "07:30")}
    assert [number for _, number in sent] == list(range(1, len(sent) + 1))
    offsets = {local.utcoffset() for local, _ in sent}
    assert len(offsets) == 2  # summer and winter
    assert len(sent) == 52 - 1 - 5
    days = {f"{local:%m-%d}" for local, _ in sent}
    assert "12-25" not in days
    assert not any("07-20" <= day <= "08-25" for day in days)


def turn_through_the_year(desk: Desk) -> None:
    """Sleep until the moment it asks for, each time; the next two issues are always ready."""
    while desk.clock.now < utc("2026-12-31 00:00"):
        done = len(desk.sent())
        for folder in desk.workspace.issues.glob("*"):
            shutil.rmtree(folder)
        for number in (done + 1, done + 2):
            desk.write(number)
        woken = desk.scheduler.tick()
        assert woken is not None
        assert woken > desk.clock.now
        desk.clock.now = woken
