"""A mail server that takes nothing is an alarm after a while, and once an hour at most."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from builders import KEYS, NOW, make_workspace
from mailer.delivery import Dispatch
from mailer.running.outage import Outage
from mailer.running.sharing import groups_of
from mailer.store import Store
from mailer.store.tables import Notice


def test_the_editors_hear_of_an_outage_that_lasts(sqlite_url: str, tmp_path: Path) -> None:
    store, moment = Store(sqlite_url), [NOW]
    workspace = make_workspace(tmp_path)
    dispatch = Dispatch(workspace, store, KEYS, lambda: moment[0])
    outage = Outage(dispatch, groups_of(workspace)[0])

    def alarms_after(minutes: float, why: str = "connection refused") -> int:
        moment[0] = NOW + timedelta(minutes=minutes)
        outage.note(why)
        with store.read() as connection:
            return connection.scalars(select(func.count()).select_from(Notice)).one()

    assert alarms_after(0) == 0
    assert alarms_after(4.9) == 0
    assert alarms_after(5) == 1
    assert alarms_after(6) == 1
    assert alarms_after(90) == 2
    assert alarms_after(150, why="") == 2
    assert alarms_after(151) == 2, "a new outage has its own patience"
    assert alarms_after(156) == 3
    store.close()
