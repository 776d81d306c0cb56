"""make chaos: campaigns under every fault, alone and all together; exits 1 where a law is broken.

python -m chaos --readers 2000 --only kill      # a shorter look at some
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chaos import table
from chaos.faults import Fault, all_at_once, our_faults, relay_faults, settings_for, try_fault
from chaos.workspace import ROOT, make_workspace

FOLDER = ROOT / "var" / "chaos"
READERS, KILLS, DOWN_SECONDS = 20_000, 20, 30.0
FEWER = 4
"""Faults of the relay alone are tried on a fourth of the readers."""


def main() -> None:
    """Try the faults one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=READERS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--down", type=float, default=DOWN_SECONDS)
    parser.add_argument("--only", default="", help="faults whose name holds this")
    options = parser.parse_args()
    few = max(options.readers // FEWER, 1)
    plan = [
        *((fault, few) for fault in relay_faults(down_seconds=options.down, down_after=few // 2)),
        *(
            (fault, options.readers)
            for fault in our_faults(options.kills, audience=options.readers)
        ),
        *(
            (
                all_at_once(
                    options.kills, down_seconds=options.down, audience=options.readers, hold=hold
                ),
                options.readers,
            )
            for hold in (False, True)
        ),
    ]
    wanted = [(fault, size) for fault, size in plan if options.only in fault.name]
    sys.exit(0 if try_all(wanted, FOLDER) else 1)


def try_all(plan: list[tuple[Fault, int]], folder: Path) -> bool:
    """Try them, print the table, and say whether every law held."""
    templates = {
        size: make_workspace(folder / f"template-{size}", size, settings_for(1))
        for size in {size for _, size in plan}
    }
    print(table.head(), flush=True)
    broken = 0
    for number, (fault, size) in enumerate(plan):
        verdict = try_fault(fault, templates[size], size, folder / f"fault-{number}")
        print(table.row(verdict), flush=True)
        for line in table.remarks(verdict):
            print(line, flush=True)
        broken += bool(verdict.wrongs)
    print(f"{len(plan)} faults, {broken} of them broke a law")
    return not broken


if __name__ == "__main__":
    main()
