"""The faults: what the relay does, what is done to us, and what may follow from it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from chaos import blows
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
    seconds: float = 420.0
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
        "MAILER_DELIVERY__IN_DOUBT": "hold" if hold else "resend",
    }


def try_fault(fault: Fault, template: Workspace, audience: int, folder: Path) -> Verdict:
    """Send a campaign in a copy of the template while the fault befalls it."""
    begun = time.monotonic()
    port = free_port()
    settings = {**settings_for(port, hold=fault.hold), **fault.settings}
    workspace = template.copy_to(folder).with_settings(**settings)
    sink_book = folder / "sink.jsonl"
    with sink(port, sink_book, fault.temper):
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


def relay_faults(*, defer: float = 0.1, down_seconds: float = 30.0, down_after: int) -> list[Fault]:
    """What a relay does, each alone."""
    return [
        Fault(name="nothing at all"),
        Fault(name="451 to one in ten", temper=Temper(defer=defer)),
        Fault(name="550 to one in a hundred", temper=Temper(refuse=0.01)),
        Fault(name="421 at random", temper=Temper(leave=0.005)),
        Fault(name="dropped after the dot, kept", temper=Temper(keep_and_drop=0.005)),
        Fault(name="dropped after the dot, lost", temper=Temper(forget_and_drop=0.005)),
        Fault(
            name="dropped after the dot, held",
            temper=Temper(keep_and_drop=0.003, forget_and_drop=0.003),
            hold=True,
        ),
        Fault(name="closing", temper=Temper(close=0.005)),
        Fault(
            name="hanging",
            temper=Temper(hang=0.001),
            settings={"MAILER_RELAYS__MAIN__TIMEOUT": "2s"},
        ),
        Fault(
            name=f"down for {down_seconds:g} s",
            temper=Temper(down_after=down_after, down_seconds=down_seconds),
        ),
    ]


def everything(temper: Temper) -> Temper:
    """A relay with every vice."""
    return replace(
        temper,
        defer=0.1,
        refuse=0.01,
        leave=0.002,
        close=0.002,
        hang=0.0002,
        keep_and_drop=0.002,
        forget_and_drop=0.002,
    )


def our_faults(kill_times: int, *, audience: int) -> list[Fault]:
    """What is done to us, each alone."""

    def killed(seed: int) -> Callable[[int, Path], Sequence[Blow]]:
        return lambda readers, _book: blows.kills(
            readers, kill_times, early=kill_times // 5, seed=seed
        )

    def spread(times: int) -> list[int]:
        return [(2 * n + 1) * audience * 9 // 10 // (2 * times) for n in range(times)]

    return [
        Fault(name=f"kill -9, {kill_times} times", blows=killed(1)),
        Fault(name=f"kill -9, {kill_times} times, held", blows=killed(2), hold=True),
        Fault(
            name=f"kill -9, {kill_times} times, one worker",
            blows=killed(3),
            settings={"MAILER_DELIVERY__WORKERS": "1"},
        ),
        Fault(
            name="SIGTERM, 5 times",
            blows=lambda _readers, _book: [blows.Terminate(lines) for lines in spread(5)],
        ),
        Fault(
            name="torn last journal record, 3 times",
            blows=lambda _readers, _book: [blows.TearJournals(lines) for lines in spread(3)],
        ),
        Fault(
            name="cut last journal record, 3 times",
            blows=lambda _readers, _book: [
                blows.TearJournals(lines, cut=True) for lines in spread(3)
            ],
        ),
        Fault(
            name="paused and resumed 5 times",
            blows=lambda _readers, book: [blows.PauseAndResume(n, book) for n in spread(5)],
            settings={"MAILER_RELAYS__MAIN__RATE": f"{max(audience // 30, 50)}/s"},
        ),
        Fault(
            name="cancelled half-way",
            blows=lambda readers, book: [blows.Cancel(readers // 3, book)],
            settings={"MAILER_RELAYS__MAIN__RATE": f"{max(audience // 10, 50)}/s"},
        ),
    ]


def all_at_once(kill_times: int, *, down_seconds: float, audience: int, hold: bool) -> Fault:
    """Every fault in one campaign."""
    temper = everything(Temper(down_after=audience // 2, down_seconds=down_seconds, seed=7 + hold))

    def strike(readers: int, book: Path) -> Sequence[Blow]:
        early = kill_times // 5
        timed = [*blows.kills(readers, kill_times - early, early=0, seed=9)]
        timed += [blows.TearJournals(readers // 2)]
        for n in range(5):
            at = (2 * n + 1) * readers * 9 // 100
            timed += [blows.PauseAndResume(at, book), blows.Terminate(at)]
        timed.sort(key=lambda blow: blow.lines)
        return blows.with_early_kills(timed, early, seed=9)

    return Fault(
        name="all together, held" if hold else "all together",
        temper=temper,
        blows=strike,
        hold=hold,
        seconds=900.0,
        settings={"MAILER_RELAYS__MAIN__TIMEOUT": "3s"},
    )
