"""The table of `make chaos`: a fault a row, what it cost, and whether a law was broken."""

from __future__ import annotations

from chaos.ledger import states_of
from chaos.trial import Verdict
from mailer.store.tables import DeliveryState

COLUMNS = (
    ("fault", 36),
    ("readers", 8),
    ("runs", 5),
    ("blows", 6),
    ("accepted", 9),
    ("failed", 7),
    ("other", 6),
    ("at sink", 8),
    ("repeats", 8),
    ("doubts", 7),
    ("cut", 5),
    ("seconds", 8),
    ("verdict", 0),
)


def head() -> str:
    """The names of the columns."""
    return _row([name for name, _ in COLUMNS])


def row(verdict: Verdict) -> str:
    """One fault."""
    states = states_of(list(verdict.rows))
    accepted, failed = states[DeliveryState.ACCEPTED], states[DeliveryState.FAILED]
    count = verdict.count
    return _row(
        [
            verdict.name,
            verdict.audience,
            verdict.story.runs,
            verdict.story.struck,
            accepted,
            failed,
            len(verdict.rows) - accepted - failed,
            count.kept,
            count.repeats,
            sum(one.doubts for one in verdict.rows),
            count.cut_after_dot,
            f"{verdict.seconds:.1f}",
            "holds" if not verdict.wrongs else "BROKEN",
        ]
    )


def remarks(verdict: Verdict) -> list[str]:
    """What else is to be said of it: broken laws first."""
    return [f"  ! {wrong}" for wrong in verdict.wrongs] + [
        f"    {note}" for note in verdict.story.notes
    ]


def _row(cells: list[object]) -> str:
    pairs = zip(cells, COLUMNS, strict=True)
    return "".join(
        f"{cell!s:<{width}}" if name in {"fault", "verdict"} else f"{cell!s:>{width}}  "
        for cell, (name, width) in pairs
    ).rstrip()
