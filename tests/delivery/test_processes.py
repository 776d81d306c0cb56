"""Real commands, real processes: a worker killed, a campaign started twice and shared."""

from __future__ import annotations

from pathlib import Path

from chaos import book
from chaos.blows import Kill
from chaos.campaign import SHAMEFUL, sink
from chaos.processes import end
from chaos.temper import Temper
from delivery.publisher import killed, publisher
from mailer.store.tables import DeliveryState


def test_a_worker_that_is_killed_is_replaced_and_its_journal_read_back(
    tmp_path: Path, database_url: str
) -> None:
    blows = [Kill(150, 1.0), Kill(350, 1.0)]
    verdict = killed(tmp_path / "workspace", database_url, 600, blows=blows, workers=2)
    assert not verdict.wrongs
    assert verdict.story.processes_killed == 2
    assert {row.state for row in verdict.rows} == {DeliveryState.ACCEPTED}


def test_two_commands_for_one_campaign_at_once_send_to_each_reader_once(
    tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "workspace"
    workspace, port = publisher(folder, database_url, 300)
    sink_book, log = folder / "sink.jsonl", folder / "send.log"
    words = ("send", "900", "--list", "cafe", "--json")
    with sink(port, sink_book, Temper()):
        both = [workspace.start(*words, output=log) for _ in range(2)]
        try:
            assert [process.wait(60) for process in both] == [0, 0], log.read_text()
        finally:
            end(*both)
    said = log.read_text()
    assert not any(shameful in said for shameful in SHAMEFUL)
    count = book.count(sink_book)
    assert len(count.recipients) == count.kept == 300
    assert count.repeats == 0
    (line,) = workspace.figures("campaigns", "show", "1")
    assert (line["state"], line["states"]) == ("finished", {"accepted": 300})
