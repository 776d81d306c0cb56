"""The faults: what the relay does, and what is done to us, each alone and all together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from chaos import blows
from chaos.campaign import Blow
from chaos.temper import Temper
from chaos.trial import Fault


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
            name=f"kill -9, {kill_times} times, PostgreSQL",
            blows=killed(4),
            postgres=True,
        ),
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
            settings={"MAILER_RELAYS__MAIN__RATE": f'["{max(audience // 30, 50)}/s"]'},
        ),
        Fault(
            name="disk full, 3 times",
            blows=lambda _readers, _book: [blows.FillDisk(lines) for lines in spread(3)],
            disk=(64 << 20) + audience * 4096,
        ),
        Fault(
            name="two commands at once",
            blows=lambda _readers, _book: [blows.SecondCommand(0)],
        ),
        Fault(
            name="two commands at once, PostgreSQL",
            blows=lambda _readers, _book: [blows.SecondCommand(0)],
            postgres=True,
        ),
        Fault(
            name="cancelled half-way",
            blows=lambda readers, book: [blows.Cancel(readers // 3, book)],
            settings={"MAILER_RELAYS__MAIN__RATE": f'["{max(audience // 10, 50)}/s"]'},
        ),
    ]


def all_at_once(
    kill_times: int,
    *,
    down_seconds: float,
    audience: int,
    hold: bool = False,
    postgres: bool = False,
) -> Fault:
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
        name="all together" + ", held" * hold + ", PostgreSQL" * postgres,
        temper=temper,
        blows=strike,
        hold=hold,
        postgres=postgres,
        seconds=900.0,
        settings={"MAILER_RELAYS__MAIN__TIMEOUT": "3s"},
    )
