"""What is left when worker processes are killed: nothing hangs, nothing is said to nobody."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from delivery.press import Press
from mailer.delivery import Crew, WorkerFailedError, crew
from mailer.store.tables import DeliveryState


def dies(*_what_a_worker_is_given: object) -> None:
    """A worker that something kills at once."""
    os._exit(137)


def test_a_crew_whose_workers_are_killed_again_and_again_says_so_and_ends(
    sqlite_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew, "work", dies)
    monkeypatch.setattr(crew, "MOST_RESTARTS", 2)
    monkeypatch.setattr(crew, "LONGEST_RESTART_PAUSE", 0.0)
    sqlite_press.launch(8)
    dispatch = sqlite_press.dispatch(main=9)
    with pytest.raises(WorkerFailedError, match="killed 3 times"):
        list(Crew(dispatch, sqlite_press.campaign, 2, "cafe").watch())
    assert sqlite_press.states() == {DeliveryState.PENDING: 8}


def test_a_worker_whose_coordinator_was_killed_tells_nobody_and_raises_nothing(
    sqlite_press: Press,
) -> None:
    sqlite_press.launch(4)
    file = sqlite_press.workspace({"main": 9}).file
    coordinators, workers = multiprocessing.Pipe()
    coordinators.close()
    crew.work(file, sqlite_press.campaign, 0, 1, workers)
    assert sqlite_press.states() == {DeliveryState.PENDING: 4}
