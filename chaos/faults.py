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


def killed(times: int, *, few: int) -> list[Fault]:
    """kill -9 of the command and of its workers, in long campaigns, and in a few shorter ones."""

    def strike(seed: int) -> Callable[[int, Path], Sequence[Blow]]:
        return lambda readers, _: blows.kills(readers, times, early=times // 5, seed=seed)

    name = f"kill -9, {times} times"
    return [
        Fault(name=name, blows=strike(1)),
        Fault(name=f"{name}, held", blows=strike(2), hold=True),
        Fault(
            name=f"{name}, one worker",
            blows=strike(3),
            settings={"MAILER_DELIVERY__WORKERS": "1"},
            readers=few,
        ),
        Fault(name=f"{name}, PostgreSQL", blows=strike(4), postgres=True, readers=few),
    ]


def our_faults(*, few: int) -> list[Fault]:
    """What else is done to us, each alone."""
    slow = {"MAILER_RELAYS__MAIN__RATE": f'["{max(few // 30, 50)}/s"]'}
    return [
        Fault(
            name="SIGTERM, 5 times",
            blows=lambda readers, _: [blows.Terminate(n) for n in _spread(readers, 5)],
        ),
        Fault(
            name="torn last journal record, 3 times",
            blows=lambda readers, _: [blows.TearJournals(n) for n in _spread(readers, 3)],
        ),
        Fault(
            name="cut last journal record, 3 times",
            blows=lambda readers, _: [blows.TearJournals(n, cut=True) for n in _spread(readers, 3)],
        ),
        Fault(
            name="paused and resumed 5 times",
            blows=lambda readers, book: [
                blows.PauseAndResume(n, book) for n in _spread(readers, 5)
            ],
            settings=slow,
        ),
        Fault(
            name="cancelled half-way",
            blows=lambda readers, book: [blows.Cancel(readers // 3, book)],
            settings=slow,
        ),
        Fault(
            name="disk full, 3 times",
            blows=lambda readers, _: [blows.FillDisk(n) for n in _spread(readers, 3)],
            disk=disk_for(few),
        ),
        Fault(name="two commands at once", blows=lambda *_: [blows.SecondCommand(0)]),
        Fault(
            name="two commands at once, PostgreSQL",
            blows=lambda *_: [blows.SecondCommand(0)],
            postgres=True,
        ),
    ]


def disk_for(readers: int) -> int:
    """Octets that database, journals and their growth have room in."""
    return (64 << 20) + readers * 4096


def _spread(readers: int, times: int) -> list[int]:
    """So many instants, far from each other and from both ends."""
    return [(2 * n + 1) * readers * 9 // 10 // (2 * times) for n in range(times)]


def all_at_once(
    kill_times: int,
    *,
    down_seconds: float,
    readers: int,
    disks: bool,
    hold: bool = False,
    postgres: bool = False,
) -> Fault:
    """Every fault in one campaign; a full disk among them where one may be made.

    A PostgreSQL stands on another disk, and the journals have their room reserved: there a full
    disk ends nothing, and is no blow.
    """
    disks = disks and not postgres
    temper = everything(Temper(down_after=readers // 2, down_seconds=down_seconds, seed=7 + hold))

    def strike(readers: int, book: Path) -> Sequence[Blow]:
        early = kill_times // 5
        timed = [*blows.kills(readers, kill_times - early, early=0, seed=9)]
        timed += [blows.TearJournals(readers // 2)]
        timed += [blows.FillDisk(readers // 3)] * disks
        timed += [blows.PauseAndResume(at, book) for at in _spread(readers, 5)]
        timed += [blows.Terminate(at) for at in _spread(readers, 4)]
        timed.sort(key=lambda blow: blow.lines)
        return blows.with_early_kills(timed, early, seed=9)

    return Fault(
        name="all together" + ", held" * hold + ", PostgreSQL" * postgres,
        temper=temper,
        blows=strike,
        hold=hold,
        postgres=postgres,
        disk=disk_for(readers) if disks else 0,
        readers=readers,
        seconds=1500.0,
        settings={"MAILER_RELAYS__MAIN__TIMEOUT": "3s"},
    )
