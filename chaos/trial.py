"""One trial: a campaign in a copy of a workspace while a fault befalls it, and what came of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos import disk
from chaos.book import Count
from chaos.campaign import Blow, Campaign, Story, count, sink
from chaos.laws import Case, violations
from chaos.ledger import Ledger, Row
from chaos.processes import free_port
from chaos.temper import Temper
from chaos.workspace import Workspace

CONNECTIONS = 4
"""Of all processes of a run together, so that what a kill may hide is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row of the table."""

    name: str
    temper: Temper = field(default_factory=Temper)
    blows: Callable[[int, Path], Sequence[Blow]] = lambda audience, sink_book: ()
    settings: Mapping[str, str] = field(default_factory=dict)
    hold: bool = False
    postgres: bool = False
    """On PostgreSQL instead of SQLite."""
    disk: int = 0
    """Octets of a disk of its own for database and journals; 0 is the machine's."""
    readers: int | None = None
    """For an audience of its own size."""
    seconds: float = 600.0
    """How long it may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it."""

    name: str
    audience: int
    seconds: float
    rows: Sequence[Row]
    count: Count
    story: Story
    wrongs: Sequence[str]


def settings_for(port: int, *, workers: int = 2, hold: bool = False) -> dict[str, str]:
    """What a campaign under faults is configured with."""
    return {
        "MAILER_RELAYS__MAIN__PORT": str(port),
        "MAILER_RELAYS__MAIN__CONNECTIONS": str(CONNECTIONS),
        "MAILER_RELAYS__MAIN__TIMEOUT": "5s",
        "MAILER_DELIVERY__WORKERS": str(workers),
        "MAILER_DELIVERY__RETRY_AFTER": "1s",
        "MAILER_DELIVERY__BATCH_SIZE": "250",
        "MAILER_SITE__EDITORS": "[]",  # whom no copy is for, the sink hears nothing of
        "MAILER_DELIVERY__IN_DOUBT": "hold" if hold else "resend",
    }


def try_fault(fault: Fault, copy: Workspace, audience: int) -> Verdict:
    """Send a campaign in a workspace of its own while the fault befalls it."""
    begun = time.monotonic()
    port = free_port()
    settings = {**settings_for(port, hold=fault.hold), **fault.settings}
    workspace = copy.with_settings(**settings)
    sink_book = workspace.folder / "sink.jsonl"
    place = disk.small(workspace.folder / "var", fault.disk) if fault.disk else None
    with place or contextlib.nullcontext(), sink(port, sink_book, fault.temper):
        campaign = Campaign(workspace, sink_book, seconds=fault.seconds)
        story = campaign.until_over(fault.blows(audience, sink_book))
    return judged(fault, workspace, audience, sink_book, story, time.monotonic() - begun)


def judged(
    fault: Fault,
    workspace: Workspace,
    audience: int,
    sink_book: Path,
    story: Story,
    seconds: float,
) -> Verdict:
    """Hold ledger and sink against the laws."""
    ledger = Ledger(workspace.database)
    rows = ledger.rows()
    ledger.close()
    kept = count(sink_book)
    down = CONNECTIONS if fault.temper.down_after else 0
    case = Case(
        audience=audience,
        rows=rows,
        count=kept,
        lost_by_kill=story.processes_killed * CONNECTIONS,
        lost_otherwise=kept.cut_before_dot + kept.answers[421] + down,
        hold=fault.hold,
        hidden=story.records_cut,
    )
    return Verdict(
        name=fault.name,
        audience=audience,
        seconds=seconds,
        rows=rows,
        count=kept,
        story=story,
        wrongs=[*story.wrongs, *violations(case)],
    )
