"""make bench: processor time a message, as the slope between two campaign sizes."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

from benchmarks.figures import Figure, Figures
from benchmarks.processes import Cost, run, smtp_sink
from benchmarks.readers import ROOT, make_workspace

SMALL, LARGE = 2_000, 12_000
RUNS = 3
LIMIT_MICROSECONDS = 600.0
ISSUE = "386"


def main() -> None:
    """Measure and print."""
    figures = Figures(ROOT / "var" / "bench.json")
    with smtp_sink() as port:
        base = ROOT / "var" / "bench"
        workspaces = {
            size: make_workspace(base / str(size), size, port=port) for size in (SMALL, LARGE)
        }
        slopes, starts, rates, peaks = [], [], [], []
        for _ in range(RUNS):
            costs = {size: _send(folder) for size, folder in workspaces.items()}
            slope = (costs[LARGE].cpu - costs[SMALL].cpu) / (LARGE - SMALL)
            slopes.append(slope * 1e6)
            starts.append((costs[SMALL].cpu - slope * SMALL) * 1e3)
            rates.append((LARGE - SMALL) / (costs[LARGE].wall - costs[SMALL].wall))
            peaks.append(costs[LARGE].peak_kib / 1024)
    cpu = statistics.median(slopes)
    figures.add(
        Figure(
            "cpu_100kB",
            cpu,
            "µs/message",
            f"limit {LIMIT_MICROSECONDS:.0f}",
            cpu / LIMIT_MICROSECONDS,
        )
    )
    start = statistics.median(starts)
    figures.add(Figure("start_up", start, "ms", "itself", 1.0))
    rate = statistics.median(rates)
    figures.add(Figure("rate_100kB_1w", rate, "messages/s", "itself", 1.0))
    peak = statistics.median(peaks)
    figures.add(Figure("peak_12000", peak, "MiB", "200", peak / 200))
    if cpu > LIMIT_MICROSECONDS:
        sys.exit(f"a message costs {cpu:.0f} µs, more than {LIMIT_MICROSECONDS:.0f}")


def _send(workspace: Path) -> Cost:
    """One campaign in a copy of the workspace, so that each run begins alike."""
    copy = workspace.with_name(f"{workspace.name}-run")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(workspace, copy, symlinks=True)
    mailer = Path(sys.executable).with_name("mailer")
    return run([str(mailer), "send", ISSUE, "--list", "cafe"], copy)


if __name__ == "__main__":
    main()
