"""A relay 50 ms away: we and aiosmtplib, each over ten connections through a delaying proxy."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

from benchmarks.campaigns import BASE, send, slope
from benchmarks.figures import Figure, Figures
from benchmarks.mails import ROOT, SIZES
from benchmarks.processes import Cost, free_port, run, served, smtp_sink

ROUND_TRIP = 0.050
CONNECTIONS = 10
LEAST = 0.8
FEW, MANY = 500, 2_000
# It takes five round trips a message: fewer are enough.
FEW_OF_THEIRS, MANY_OF_THEIRS = 100, 400


def measure(figures: Figures) -> None:
    """Against one message a connection and round trip, the most that an answer each allows."""
    size = SIZES[-1]
    most = CONNECTIONS / ROUND_TRIP
    connections = {"MAILER_RELAYS__MAIN__CONNECTIONS": str(CONNECTIONS)}
    with smtp_sink() as sink, _far_away(sink) as port:
        ours = _rate(lambda n: send(n, size, port, environment=connections), FEW, MANY)
        theirs = _rate(lambda n: _aiosmtplib(port, size.octets, n), FEW_OF_THEIRS, MANY_OF_THEIRS)
    beside = f"one a connection and round trip, {most:.0f}"
    name = f"rtt50_{CONNECTIONS}c"
    figures.add(Figure(name, ours, "messages/s", beside, ours / most), at_least=LEAST)
    figures.add(Figure(f"{name}_aiosmtplib", theirs, "messages/s", beside, theirs / most))


def _rate(cost_of: Callable[[int], Cost], few: int, many: int) -> float:
    # Once: what is measured is waiting, which a busy machine does not disturb.
    return slope(cost_of, few, many).rate


@contextlib.contextmanager
def _far_away(sink: int) -> Iterator[int]:
    """A port from which the sink is half a round trip away."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.delaying", str(port), str(sink)]
    with served([*command, str(ROUND_TRIP / 2)], port):
        yield port


def _aiosmtplib(port: int, octets: int, messages: int) -> Cost:
    script = [sys.executable, str(ROOT / "benchmarks" / "with_aiosmtplib.py")]
    return run([*script, *map(str, (port, octets, messages, CONNECTIONS))], BASE)
