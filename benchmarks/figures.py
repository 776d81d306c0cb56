"""The figures of a run: printed beside their limits, and kept in var/bench.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    name: str
    value: float
    unit: str
    beside: str
    """What it is held against."""
    ratio: float
    """Of the value to that; a limit is kept at 1 or below."""


class Figures:
    """What was measured so far."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._figures: list[Figure] = []

    def add(self, figure: Figure) -> None:
        """Print a figure and keep it."""
        self._figures.append(figure)
        print(
            f"{figure.name:<24} {figure.value:>10.1f} {figure.unit:<12}"
            f" {figure.ratio:>6.2f} of {figure.beside}",
            flush=True,
        )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(
            json.dumps([asdict(one) for one in self._figures], indent=2) + "\n", encoding="utf-8"
        )
