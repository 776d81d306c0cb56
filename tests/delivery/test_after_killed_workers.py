"""What is left when worker processes are killed: nothing hangs, nothing is said to nobody."""

from __future__ import annotations

import multiprocessing
import os
import socket
from pathlib import Path

import pytest

from delivery.press import Press
from mailer.clock import utc_now
from mailer.delivery import Crew, WorkerFailedError, crew, journal
from mailer.delivery.journal import Journal, Kind, Record, journal_file, orphans
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


def test_workers_end_when_their_coordinator_stops_watching_them(sqlite_press: Press) -> None:
    sqlite_press.clock.now = utc_now()
    sqlite_press.launch(8)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dispatch = sqlite_press.dispatch(main=silent.getsockname()[1])
        watching = Crew(dispatch, sqlite_press.campaign, 2, "cafe").watch()
        next(watching)
        silent.settimeout(30)
        connected, _ = silent.accept()
        workers = multiprocessing.active_children()
        watching.close()
        for worker in workers:
            worker.join(30)
        connected.close()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert sqlite_press.states() == {DeliveryState.PENDING: 8}
    assert sqlite_press.leftover_journals() == []


def test_a_journal_that_went_on_while_it_was_looked_at_is_not_read_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = Journal(journal_file(tmp_path, "worker", 1))
    begun.write(None, Record(Kind.INTENT, 1, 1))
    begun.close()
    lock = journal._locked

    def goes_on(files: list[Path]) -> list[int]:
        if len(files) == 1:
            following = Journal(journal_file(tmp_path, "worker", 2))
            following.write(None, Record(Kind.INTENT, 1, 2))
            following.close()
        return lock(files)

    monkeypatch.setattr(journal, "_locked", goes_on)
    assert list(orphans(tmp_path)) == []
    (whole,) = orphans(tmp_path)
    assert [record.id for record in whole.records()] == [1, 2]
