"""make bench: what a message costs, beside Postfix's own generator, in one run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial

from benchmarks import audience, distance, pages, rates, signing, spending
from benchmarks.campaigns import LARGE, SMALL, workspace_of
from benchmarks.figures import Figures
from benchmarks.mails import ROOT, SIZES
from benchmarks.processes import adopt_orphans

PARTS: dict[str, Callable[[Figures], None]] = {
    "rates": rates.measure,
    "spending": spending.measure,
    "signing": signing.measure,
    "distance": distance.measure,
    "audience": audience.measure,
    "redirects": pages.redirects,
    "one_click": pages.one_click,
}
ON_DEMAND: dict[str, Callable[[Figures], None]] = {
    **{f"rates_{size.name}": partial(rates.measure, sizes=[size]) for size in SIZES},
    "million": audience.measure_million,
}
"""What is a part of another, or takes long, runs when it is named."""
_HELP = f"by default {', '.join(PARTS)}; by name also {', '.join(ON_DEMAND)}"


def main() -> None:
    """Measure what was asked for, by default everything but the million."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=_HELP)
    parser.add_argument("--million", action="store_true", help="the million too")
    asked = parser.parse_args()
    known = PARTS | ON_DEMAND
    if unknown := [part for part in asked.parts if part not in known]:
        parser.error(f"no part is called {unknown[0]}; there are {', '.join(known)}")
    wanted = asked.parts or list(PARTS)
    if asked.million and "million" not in wanted:
        wanted.append("million")
    adopt_orphans()
    for readers in (SMALL, LARGE):
        workspace_of(readers)
    figures = Figures(ROOT / "var" / "bench.json")
    for part in wanted:
        begun = time.monotonic()
        known[part](figures)
        print(f"({part} took {time.monotonic() - begun:.0f} s)", flush=True)
    if figures.missed:
        sys.exit(f"limits missed: {', '.join(figures.missed)}")


if __name__ == "__main__":
    main()
