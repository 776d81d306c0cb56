"""What was written down survives its writer: read back whole, replayed once, never invented."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from delivery.press import Press
from lying_server import RESET, Answer, Question
from mailer.campaigns import frozen_campaign
from mailer.delivery import JournalError, journal
from mailer.delivery.batches import take_batch
from mailer.delivery.journal import Journal, Kind, Record, journal_file, orphans, read_records
from mailer.delivery.scribe import Scribe, this_host
from mailer.store.tables import Batch, DeliveryState

D = DeliveryState
WORKER = f"{this_host()}-1-dead"

records = st.builds(
    Record,
    st.sampled_from(Kind),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
    st.integers(0, 599),
    st.integers(0, 9),
    st.text(max_size=40).map(lambda text: text.encode(errors="replace").decode()),
)


def written(
    folder: Path, *pairs: tuple[Record | None, Record | None], worker: str = WORKER
) -> Path:
    """The journal of a worker that is gone."""
    file = journal_file(folder, worker, 1)
    file.unlink(missing_ok=True)
    mine = Journal(file)
    for done, intent in pairs:
        mine.write(done, intent)
    mine.close()
    return file


@given(listed=st.lists(records, max_size=8))
def test_what_was_written_is_read(listed: list[Record], tmp_path_factory: object) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    file = written(tmp_path_factory.getbasetemp(), *((None, one) for one in listed))
    assert list(read_records(file)) == listed


@given(
    listed=st.lists(records, min_size=1, max_size=6),
    cut=st.integers(0, 10_000),
    flip=st.none() | st.integers(0, 10_000),
)
def test_a_torn_end_hides_nothing_before_it_and_invents_nothing(
    listed: list[Record], cut: int, flip: int | None, tmp_path_factory: object
) -> None:
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    file = written(tmp_path_factory.getbasetemp(), *((None, one) for one in listed))
    octets = bytearray(file.read_bytes().rstrip(b"\0"))
    at = cut % (len(octets) + 1)
    if flip is not None and octets:
        octets[flip % len(octets)] ^= 0x55
        at = len(octets)
    file.write_bytes(bytes(octets[:at]))
    read = list(read_records(file))
    assert read == listed[: len(read)]
    if flip is None and at == len(octets):
        assert len(read) >= len(listed) - 1  # a last reply's own zeros may look like empty space


def test_a_journal_in_use_is_nobodys_orphan(tmp_path: Path) -> None:
    mine = Journal(journal_file(tmp_path, WORKER, 1))
    assert list(orphans(tmp_path)) == []
    mine.close()
    (orphan,) = orphans(tmp_path)
    assert list(orphans(tmp_path)) == []  # it is being read back
    orphan.remove()
    assert list(tmp_path.iterdir()) == []


def take(press: Press, worker: str = WORKER) -> list[int]:
    """A batch, taken by a worker that then dies."""
    with press.store.write() as connection:
        campaign = frozen_campaign(connection, press.campaign)
        assert campaign
        batch = take_batch(connection, campaign, worker, press.clock())
        assert batch
        return [one.delivery_id for one in batch.recipients]


@pytest.mark.parametrize("on_doubt", ["resend", "hold"])
def test_the_journal_of_a_dead_worker_is_read_back_once(press: Press, on_doubt: str) -> None:
    press.delivery = f'batch_size = 6\nin_doubt = "{on_doubt}"'
    press.launch(6, batch_size=6)
    one, two, three, four, five, _six = take(press)

    def record(kind: Kind, id_: int, words: str = "", doubts: int = 0) -> Record:
        return Record(kind, press.campaign, id_, doubts=doubts, reply=words)

    written(
        press.folder / "var/journal",
        (None, record(Kind.INTENT, one)),
        (record(Kind.ACCEPTED, one, "250 kept"), record(Kind.INTENT, two)),
        (record(Kind.FAILED, two, "550 no"), record(Kind.INTENT, three)),
        (record(Kind.DEFERRED, three, "450 later"), record(Kind.INTENT, four)),
        (record(Kind.UNSENT, four), record(Kind.INTENT, five)),
    )
    recovered = press.dispatch(main=25).recover()
    assert (recovered.workers, recovered.doubts) == (1, 1)
    rows = {row.id: row for row in press.rows().values()}
    doubtful = D.IN_DOUBT if on_doubt == "hold" else D.PENDING
    assert [rows[id_].state for id_ in sorted(rows)] == [
        D.ACCEPTED,
        D.FAILED,
        D.DEFERRED,
        D.PENDING,
        doubtful,
        D.PENDING,
    ]
    assert [rows[id_].doubts for id_ in sorted(rows)] == [0, 0, 0, 0, 1, 0]
    assert rows[two].reply == "550 no"
    assert press.leftover_journals() == []
    assert press.dispatch(main=25).recover().workers == 0
    kept = press.send().kept
    assert len(kept) == (3 if on_doubt == "hold" else 4)  # the deferred one is due at once


def test_a_worker_that_died_before_its_journal_had_a_word_gives_back_what_it_took(
    press: Press,
) -> None:
    press.launch(4)
    take(press)
    press.dispatch(main=25).recover()
    assert press.states() == {D.PENDING: 4}
    assert len(press.send().kept) == 4


def test_a_worker_that_died_as_it_made_its_journal_leaves_nothing_for_ever(press: Press) -> None:
    dispatch = press.dispatch(main=9)
    folder = dispatch.workspace.journals
    folder.mkdir(parents=True)
    old, new = folder / "old.000001.draft", folder / "new.000001.draft"
    for draft in (old, new):
        draft.write_bytes(b"")
    os.utime(old, (0, 0))
    dispatch.recover()
    assert list(folder.iterdir()) == [new]


def test_what_a_worker_of_another_machine_took_is_not_ours_to_give_back(press: Press) -> None:
    press.launch(4)
    take(press, "elsewhere-7-alive")
    press.dispatch(main=25).recover()
    assert press.states() == {D.TAKEN: 4}
    assert press.send().kept == []


def test_an_old_journal_says_nothing_about_what_is_anothers_by_now(press: Press) -> None:
    press.launch(4)
    first, *_ = take(press)
    with press.store.write() as connection:
        connection.execute(update(Batch).values(taken_by="elsewhere-7-alive"))
    written(press.folder / "var/journal", (None, Record(Kind.FAILED, press.campaign, first)))
    press.dispatch(main=25).recover()
    assert press.states() == {D.TAKEN: 4}
    with press.store.read() as connection:
        assert connection.scalars(select(Batch.taken_by)).one() == "elsewhere-7-alive"


def test_a_full_disk_stops_the_next_content_and_loses_no_outcome(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "RESERVE_OCTETS", 1500)
    monkeypatch.setattr(journal, "KEPT_FREE_OCTETS", 1000)
    reserve = os.posix_fallocate
    room = 2

    def fallocate(descriptor: int, offset: int, length: int) -> None:
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        room -= 1
        reserve(descriptor, offset, length)

    monkeypatch.setattr(os, "posix_fallocate", fallocate)
    readers = press.launch(60, batch_size=60)
    contents: list[str] = []

    def answer(question: Question) -> Answer:
        if question.verb == ".":
            contents.append(question.line)
        return None

    with pytest.raises(JournalError, match="is full: sending stopped, no outcome is lost"):
        press.send(answer)
    states = press.states()
    assert 0 < states[D.ACCEPTED] == len(contents) < 60
    assert states[D.PENDING] == 60 - len(contents)
    assert press.leftover_journals() == []
    room = 1000
    assert len(press.send().kept) == len(readers) - len(contents)
    assert press.states() == {D.ACCEPTED: 60}


def test_a_long_journal_goes_on_in_segments_that_go_when_they_are_recorded(
    sqlite_press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mailer.delivery import scribe, worker

    monkeypatch.setattr(scribe, "SEGMENT_OCTETS", 500)
    monkeypatch.setattr(worker, "FLUSH_SECONDS", 0.01)
    sqlite_press.relay = 'connections = 1\nrate = "150/s"'
    readers = sqlite_press.launch(60, batch_size=60)
    seen: set[str] = set()
    most = 0

    def answer(question: Question) -> Answer:
        nonlocal most
        files = [name for name in sqlite_press.leftover_journals() if name.endswith(".journal")]
        seen.update(files)
        most = max(most, len(files))
        return RESET if question.verb == "." and question.nth == 20 else None

    sent = sqlite_press.send(answer)
    assert sorted(set(sent.recipients)) == sorted(readers)
    assert len(sent.recipients) == 61
    assert len(seen) >= 3
    assert most <= 4
    assert sqlite_press.leftover_journals() == []


@pytest.mark.parametrize("steps", range(5))
def test_told_to_end_in_the_moment_it_is_woken_the_syncing_ends(tmp_path: Path, steps: int) -> None:
    """A cancellation that is lost there leaves a command that never ends."""

    async def syncing() -> set[asyncio.Task[None]]:
        scribe = Scribe(tmp_path)
        task = asyncio.create_task(scribe.keep_synced())
        await asyncio.sleep(0)
        scribe._busy.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        _, pending = await asyncio.wait([task], timeout=1)
        task.cancel()
        scribe.remove()
        return pending

    assert asyncio.run(syncing()) == set()
