"""Messages a second beside smtp-source, and processor time a message, at every size."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from benchmarks.campaigns import LARGE, SMALL, Slope, send, slope
from benchmarks.figures import Figure, Figures
from benchmarks.mails import SIZES, Size
from benchmarks.processes import smtp_sink, smtp_source

ROUNDS = 3
# Small messages go so fast that ten thousand are over in a second: more of them are measured.
MANY = 52_000
IN_A_SECOND = ("2kB", "10kB")
CPU_LIMIT = 400.0
# At least so much of smtp-source's rate, with two workers.
RATE_LIMITS = {"10kB": 0.6, "60kB": 0.9, "100kB": 0.9}


def measure(figures: Figures, sizes: Sequence[Size] = SIZES, rounds: int = ROUNDS) -> None:
    """Every size: the generator, one worker and two, in turns, so that all see the same machine."""
    for size in sizes:
        with smtp_sink() as port:
            _measure(figures, size, port, rounds)


def _measure(figures: Figures, size: Size, port: int, rounds: int) -> None:
    few, many = (LARGE, MANY) if size.name in IN_A_SECOND else (SMALL, LARGE)
    source: list[Slope] = []
    ours: dict[int, list[Slope]] = {1: [], 2: []}
    for _ in range(rounds):
        source.append(slope(lambda n: smtp_source(port, size.octets, n), few, many))
        for workers, found in ours.items():
            found.append(slope(lambda n, w=workers: send(n, size, port, workers=w), few, many))
    limit = median(one.rate for one in source)
    beside = f"smtp-source, {limit:.0f}"
    for workers, found in ours.items():
        rate = median(one.rate for one in found)
        least = RATE_LIMITS.get(size.name) if workers == 2 else None
        name = f"rate_{size.name}_{workers}w"
        figures.add(Figure(name, rate, "messages/s", beside, rate / limit), at_least=least)
    cpu = median(one.cpu for one in ours[1])
    figures.add(
        Figure(f"cpu_{size.name}", cpu, "µs/message", f"{CPU_LIMIT:.0f}", cpu / CPU_LIMIT),
        at_most=1.0 if size.name == "100kB" else None,
    )
    system = median(one.system for one in ours[1])
    name = f"cpu_{size.name}_kernel"
    figures.add(Figure(name, system, "µs/message", f"cpu_{size.name}", system / cpu))
    start = median(one.start for one in ours[1])
    figures.add(Figure(f"start_up_{size.name}", start, "ms", "itself", 1.0))
