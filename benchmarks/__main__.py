"""make bench: what a message costs, beside Postfix's own generator, in one run."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable

from benchmarks import audience, distance, pages, rates, signing, spending
from benchmarks.campaigns import LARGE, SMALL, workspace_of
from benchmarks.figures import Figures
from benchmarks.mails import ROOT
from benchmarks.processes import adopt_orphans

PARTS: dict[str, Callable[[Figures], None]] = {
    "rates": rates.measure,
    "spending": spending.measure,
    "signing": signing.measure,
    "distance": distance.measure,
    "audience": audience.measure,
    "redirects": pages.redirects,
    "one_click": pages.one_click,
    "million": audience.measure_million,
}
ON_DEMAND = frozenset({"million"})
"""What takes a quarter of an hour runs when it is named."""


def main() -> None:
    """Measure what was asked for, by default everything but the million."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="by default all but million")
    parser.add_argument("--million", action="store_true", help="the million too")
    asked = parser.parse_args()
    wanted = asked.parts or [part for part in PARTS if part not in ON_DEMAND]
    if asked.million and "million" not in wanted:
        wanted.append("million")
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
