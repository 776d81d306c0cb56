"""Real commands, real processes: killed in the middle, started twice, sharing a campaign."""

from __future__ import annotations

from pathlib import Path

from builders import add_readers
from chaos import book
from chaos.blows import Kill
from chaos.campaign import SHAMEFUL, Campaign, sink
from chaos.processes import free_port
from chaos.temper import Temper
from chaos.trial import CONNECTIONS, Fault, Verdict, judged, settings_for
from chaos.workspace import Workspace
from delivery.press import RELAY, write_workspace
from mailer.keys import load_keys
from mailer.store import Store
from mailer.store.tables import DeliveryState


def publisher(folder: Path, url: str, readers: int, *, workers: int = 1) -> tuple[Workspace, int]:
    """A workspace with so many readers, and the port of its relay."""
    folder.mkdir()
    port = free_port()
    write_workspace(folder, url=url, relays=RELAY.format(name="main", port=port, lines=""))
    store = Store(url)
    add_readers(store, readers, keys=load_keys(folder / "var" / "keys"))
    store.close()
    settings = {**settings_for(port, workers=workers), "MAILER_STORE__URL": url}
    return Workspace(folder, settings), port


def killed(folder: Path, url: str, readers: int, *, blows: list[Kill], workers: int) -> Verdict:
    """What came of a campaign that was struck so."""
    workspace, port = publisher(folder, url, readers, workers=workers)
    sink_book = folder / "sink.jsonl"
    with sink(port, sink_book, Temper()):
        campaign = Campaign(workspace, sink_book, seconds=300)
        story = campaign.until_over(blows)
    fault = Fault(name="killed")
    return judged(fault, workspace, readers, sink_book, story, 0.0)


def test_killed_ten_times_in_a_campaign_of_two_thousand_nobody_is_lost(
    tmp_path: Path, sqlite_url: str
) -> None:
    """kill -9 as the sink has got so many, then the same command; repeats are known."""
    blows = [Kill(n * 180, 0.0) for n in range(1, 11)]
    verdict = killed(tmp_path / "workspace", sqlite_url, 2000, blows=blows, workers=1)
    assert not verdict.wrongs
    assert verdict.story.processes_killed == 10
    assert {row.state for row in verdict.rows} == {DeliveryState.ACCEPTED}
    assert len(verdict.count.recipients) == 2000
    assert verdict.count.repeats <= sum(row.doubts for row in verdict.rows) <= 10 * CONNECTIONS


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
        assert [process.wait(60) for process in both] == [0, 0], log.read_text()
    said = log.read_text()
    assert not any(shameful in said for shameful in SHAMEFUL)
    count = book.count(sink_book)
    assert len(count.recipients) == count.kept == 300
    assert count.repeats == 0
    (line,) = workspace.figures("campaigns", "show", "1")
    assert (line["state"], line["states"]) == ("finished", {"accepted": 300})
