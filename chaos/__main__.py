"""make chaos: campaigns under every fault, alone and all together; exits 1 where a law is broken.

python -m chaos --readers 2000 --only kill      # a shorter look at some
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from chaos import disk, postfix, table
from chaos.faults import all_at_once, killed, our_faults, relay_faults
from chaos.lies import lies, try_lie
from chaos.templates import Templates
from chaos.through_postfix import through_postfix
from chaos.trial import Fault, Verdict, try_fault
from chaos.workspace import ROOT, Workspace

FOLDER = ROOT / "var" / "chaos"
READERS, KILLS, DOWN_SECONDS = 20_000, 20, 30.0
FEWER = 4
"""All but kills and everything at once are tried on a fourth of the readers."""
TO_LIARS, THROUGH_POSTFIX = 24, 1000
AT_ONCE = 4
"""Campaigns that mostly wait run side by side."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A row of the table to be."""

    name: str
    readers: int
    run: Callable[[Workspace], Verdict]
    postgres: bool = False
    mostly_waits: bool = False


def main() -> None:
    """Try the faults one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--down", type=float, default=DOWN_SECONDS)
    parser.add_argument("--only", default="", help="faults whose name holds one of these, a|b")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="emptied, then worked in")
    options = parser.parse_args()
    wanted = options.only.split("|")
    plan = [
        trial
        for trial in _plan(options.readers, options.kills, options.down)
        if any(words in trial.name for words in wanted)
    ]
    sys.exit(0 if try_all(plan, options.folder.resolve()) else 1)


def _plan(readers: int, kills: int, down: float) -> list[Trial]:
    few = max(readers // FEWER, 1)
    disks = disk.own_mounts()
    if not disks:
        print("no disk is filled: mounting a small one is root's")
    ours = [fault for fault in our_faults(few=few) if disks or not fault.disk]
    together = partial(all_at_once, kills, down_seconds=down, disks=disks)
    return [
        *_trials(relay_faults(down_seconds=down, down_after=few // 2), few),
        *_trials(ours, few),
        *_trials(killed(kills, few=few), readers),
        *_trials([together(readers=readers), together(readers=readers, hold=True)], readers),
        *_trials([together(readers=few, hold=True, postgres=True)], few),
        *_lies(),
        *_through_postfix(),
    ]


def _lies() -> list[Trial]:
    return [
        Trial(lie.name, TO_LIARS, partial(try_lie, lie, audience=TO_LIARS), mostly_waits=True)
        for lie in lies()
    ]


def _through_postfix() -> list[Trial]:
    if not postfix.may_run():
        print("no mail goes through Postfix: its master is root's")
        return []
    run = partial(through_postfix, audience=THROUGH_POSTFIX)
    return [Trial("a real Postfix", THROUGH_POSTFIX, run)]


def _trials(faults: Sequence[Fault], readers: int) -> list[Trial]:
    return [
        Trial(
            fault.name,
            fault.readers or readers,
            partial(try_fault, fault, audience=fault.readers or readers),
            fault.postgres,
        )
        for fault in faults
    ]


def try_all(plan: Sequence[Trial], folder: Path) -> bool:
    """Try them, print the table, and say whether every law held."""
    print(table.head(), flush=True)
    broken = 0
    with Templates(folder) as templates:
        for verdict in _verdicts(plan, templates):
            print(table.row(verdict), flush=True)
            for line in table.remarks(verdict):
                print(line, flush=True)
            broken += bool(verdict.wrongs)
    print(f"{len(plan)} faults, {broken} of them broke a law")
    return not broken


def _verdicts(plan: Sequence[Trial], templates: Templates) -> Iterator[Verdict]:
    for trial in plan:
        if not trial.mostly_waits:
            yield trial.run(templates.copy(trial.readers, postgres=trial.postgres))
    waiting = [trial for trial in plan if trial.mostly_waits]
    copies = [templates.copy(trial.readers) for trial in waiting]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda trial, copy: trial.run(copy), waiting, copies)


if __name__ == "__main__":
    main()
