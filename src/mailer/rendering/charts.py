"""Figures that any mail client shows: tables, and bars made of their cells; blocks in a text part.

No picture, no script, no style sheet: nothing that a client blocks, and nothing of a third party.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

COLOUR = "#8a5a2b"
BLOCK = "█"
LONGEST_LABEL = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how long, and the figure that stands beside it."""

    label: str
    value: float
    shown: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and a chart or a table of figures below it; one without either is left out."""

    heading: str
    bars: tuple[Bar, ...] = ()
    head: tuple[str, ...] = ()
    """Above the columns of `rows`; the first is above their names."""
    rows: tuple[tuple[str, ...], ...] = ()


def figures_text(title: str, sections: Sequence[Section]) -> str:
    """The sections as plain text."""
    parts = [f"{title}\n{'=' * len(title)}"]
    for section in sections:
        if section.bars:
            parts.append(f"{section.heading}\n\n{bars_text(section.bars)}")
        elif section.rows:
            parts.append(f"{section.heading}\n\n{_columns(section)}")
    return "\n\n".join(parts) + "\n"


def figures_page(
    title: str, sections: Sequence[Section], *, locale: str, direction: str = "ltr"
) -> str:
    """The sections as a whole page, or the HTML part of a mail."""
    body = "".join(_html(section) for section in sections if section.bars or section.rows)
    return (
        f'<!doctype html>\n<html lang="{locale}" dir="{direction}">\n'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title></head>\n"
        '<body style="font:16px/1.5 sans-serif;max-width:44em;margin:1em auto;padding:0 1em">\n'
        f'<h1 style="font-size:1.25em">{escape(title)}</h1>\n{body}</body>\n</html>\n'
    )


def bars_html(bars: Sequence[Bar], *, colour: str = COLOUR) -> str:
    """A table with one row a bar, the longest as wide as there is room.

    Long labels stand above their bars, so that a telephone shows both.
    """
    is_stacked = _is_stacked(bars)
    rows = "".join(_row(bar, _share(bar, bars), colour, is_stacked=is_stacked) for bar in bars)
    return f'<table width="100%" cellpadding="0" cellspacing="0" border="0">\n{rows}</table>\n'


def bars_text(bars: Sequence[Bar], *, width: int = 24) -> str:
    """The same for a text part: label, blocks and figure, in columns."""
    names = 0 if _is_stacked(bars) else max((len(bar.label) for bar in bars), default=0)
    lines = []
    for bar in bars:
        blocks = BLOCK * round(width * _share(bar, bars))
        drawn = f"{blocks:<{width}}  {bar.shown}"
        lines.append(f"{bar.label:<{names}}  {drawn}" if names else f"{bar.label}\n{drawn}")
    return "\n".join(lines)


def _is_stacked(bars: Sequence[Bar]) -> bool:
    return any(len(bar.label) > LONGEST_LABEL for bar in bars)


def _share(bar: Bar, bars: Sequence[Bar]) -> float:
    most = max(each.value for each in bars)
    return bar.value / most if most > 0 else 0.0


def _row(bar: Bar, share: float, colour: str, *, is_stacked: bool) -> str:
    # An empty cell keeps its height in every client only where something stands in it.
    drawn = (
        f'<table width="{max(1, round(100 * share))}%" cellpadding="0" cellspacing="0" border="0"'
        f' role="presentation"><tr><td bgcolor="{colour}" height="14"'
        ' style="font-size:1px;line-height:14px">&#160;</td></tr></table>'
        if bar.value > 0
        else "&#160;"
    )
    wrap = "overflow-wrap:anywhere" if is_stacked else "white-space:nowrap"
    label = (
        f'<th scope="row" align="left"{" colspan=2" if is_stacked else ""}'
        f' style="font-weight:normal;padding:3px 12px 3px 0;{wrap}">{escape(bar.label)}</th>'
    )
    between = "</tr>\n<tr>" if is_stacked else ""
    return (
        f'<tr>{label}{between}<td width="100%">{drawn}</td>'
        '<td align="right" style="padding:3px 0 3px 12px;white-space:nowrap">'
        f"{escape(bar.shown)}</td></tr>\n"
    )


def _columns(section: Section) -> str:
    """Rows of a table; with many columns, a line for each figure."""
    if not section.head:
        names = max(len(row[0]) for row in section.rows)
        return "\n".join(f"{name:<{names}}  {figure}" for name, figure in section.rows)
    lines = []
    for name, *figures in section.rows:
        told = zip(section.head[1:], figures, strict=True)
        lines.append(f"{name} – " + ", ".join(f"{head} {figure}" for head, figure in told))
    return "\n".join(lines)


def _html(section: Section) -> str:
    heading = f'<h2 style="font-size:1em;margin:1.5em 0 .5em">{escape(section.heading)}</h2>\n'
    if section.bars:
        return heading + bars_html(section.bars)
    head = "".join(f'<th align="right" {_CELL}>{escape(words)}</th>' for words in section.head)
    rows = "".join(_line(row) for row in section.rows)
    top = f"<tr>{head}</tr>\n" if head else ""
    return f'{heading}<table cellpadding="0" cellspacing="0" border="0">\n{top}{rows}</table>\n'


_CELL = 'style="font-weight:normal;padding:3px 12px 3px 0;vertical-align:bottom"'


def _line(row: tuple[str, ...]) -> str:
    name, *figures = row
    cells = "".join(f'<td align="right" {_CELL}>{escape(figure)}</td>' for figure in figures)
    return f'<tr><th scope="row" align="left" {_CELL}>{escape(name)}</th>{cells}</tr>\n'
