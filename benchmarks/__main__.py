"""make bench: what a message costs, beside Postfix's own generator, in one run."""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks import pages, rates
from benchmarks.campaigns import LARGE, SMALL, workspace_of
from benchmarks.figures import Figures
from benchmarks.mails import ROOT
from benchmarks.processes import adopt_orphans

PARTS = {
    "rates": rates.measure,
    "redirects": pages.redirects,
    "one_click": pages.one_click,
}


def main() -> None:
    """Measure what was asked for, by default everything but the million."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all")
    wanted = parser.parse_args().parts or list(PARTS)
    adopt_orphans()
    for readers in (SMALL, LARGE):
        workspace_of(readers)
    figures = Figures(ROOT / "var" / "bench.json")
    for part in wanted:
        begun = time.monotonic()
        PARTS[part](figures)
        print(f"({part} took {time.monotonic() - begun:.0f} s)", flush=True)
    if figures.missed:
        sys.exit(f"limits missed: {', '.join(figures.missed)}")


if __name__ == "__main__":
    main()
