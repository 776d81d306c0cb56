"""Tables as every command prints them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table


def figures_table(title: str, rows: Iterable[tuple[str, int]]) -> Table:
    """Words and their counts."""
    table = Table(show_header=True, header_style="bold", expand=False)
    table.add_column(title)
    table.add_column("", justify="right")
    for words, count in rows:
        table.add_row(words, f"{count:,}".replace(",", "\u202f"))
    return table


def show(table: Table) -> None:
    """Print a table to standard output."""
    Console().print(table)
