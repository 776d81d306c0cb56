"""A publisher whose commands are real processes, and a campaign of theirs that is struck."""

from __future__ import annotations

from pathlib import Path

from builders import add_readers
from chaos.blows import Kill
from chaos.campaign import Campaign, sink
from chaos.processes import free_port
from chaos.temper import Temper
from chaos.trial import Fault, Verdict, judged, settings_for
from chaos.workspace import Workspace
from delivery.press import RELAY, write_workspace
from mailer.keys import load_keys
from mailer.store import Store


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
