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
    """Of the value to that."""


class Figures:
    """What was measured: figures of the same name are replaced, others in the file stay."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._figures: dict[str, Figure] = {}
        if file.is_file():
            known = json.loads(file.read_text(encoding="utf-8"))
            self._figures = {one["name"]: Figure(**one) for one in known}
        self.missed: list[str] = []
        """Names of the figures of this run that miss their limit."""

    def add(
        self, figure: Figure, *, at_least: float | None = None, at_most: float | None = None
    ) -> None:
        """Print a figure and keep it; the limits are of its ratio."""
        self._figures[figure.name] = figure
        misses = (at_least is not None and figure.ratio < at_least) or (
            at_most is not None and figure.ratio > at_most
        )
        if misses:
            self.missed.append(figure.name)
        print(
            f"{figure.name:<24} {figure.value:>10.1f} {figure.unit:<12}"
            f" {figure.ratio:>6.2f} of {figure.beside}{'  MISSED' if misses else ''}",
            flush=True,
        )
        self._file.parent.mkdir(parents=True, exist_ok=True)
        kept = [asdict(one) for one in self._figures.values()]
        self._file.write_text(
            json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
