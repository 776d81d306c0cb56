"""Whether the words of a copy stand out from what is behind them, in light and in dark.

Both colours must be known, from the elements' own styles and the mail's rules: nothing is guessed.
A mail without rules for the dark is turned dark by the mail program, in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from mailer.composing.cascade import Declaration, Rule, Sheet, declared, sheet_of
from mailer.composing.colours import Colour, colour_of, contrast, written
from mailer.composing.examined import Examined
from mailer.composing.findings import Finding
from mailer.rendering import Element

ENOUGH: Final = 4.5  # WCAG 2.2, 1.4.3
TINY: Final = 2.0  # pixels: a spacer, or a preheader that is hidden

_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.DOTALL | re.IGNORECASE)
_CONDITIONAL: Final = re.compile(r"<!--\[if.*?<!\[endif\]-->", re.DOTALL)
_SIZE: Final = re.compile(r"(?:^|;)\s*font(?:-size)?\s*:[^;]*?([\d.]+)px")
_HIDDEN: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|opacity\s*:)")
_NOT_SHOWN: Final = frozenset({"head", "style", "title", "script"})


@dataclass(frozen=True, slots=True)
class Faint:
    """Words that hardly stand out."""

    words: str
    colour: Colour
    background: Colour
    is_dark: bool

    @property
    def ratio(self) -> float:
        """Their contrast."""
        return contrast(self.colour, self.background)


@dataclass(frozen=True, slots=True)
class _Look:
    """What an element hands down; None where nobody can know."""

    colour: Colour | None = None
    background: Colour | None = None
    pixels: float = 16.0


def readable(seen: Examined) -> Iterator[Finding]:
    """4.5:1 between words and what is behind them (WCAG 2.2, 1.4.3)."""
    told: set[tuple[Colour, Colour, bool]] = set()
    for faint in faint_words(seen.copy.html, seen.copy.tree):
        pair = (faint.colour, faint.background, faint.is_dark)
        if pair in told:
            continue
        told.add(pair)
        yield Finding(
            "soft",
            f"«{faint.words[:40]}» is {written(faint.colour)} on {written(faint.background)},"
            f" {faint.ratio:.1f}:1" + (" in the dark" if faint.is_dark else ""),
            f"below {ENOUGH}:1 many readers see it badly, and everybody in the sun",
            "make one of the two colours darker or lighter, where the template sets it",
            seen.template,
            quote=written(faint.colour),
        )


def faint_words(html: str, tree: Element) -> Iterator[Faint]:
    """Every text of a mail with too little contrast; `tree` is the mail's, parsed."""
    sheet = sheet_of(_STYLE.findall(_CONDITIONAL.sub("", html)))
    if sheet.unknown:
        return
    yield from _faint(tree, [], _Look(), sheet.always, is_dark=False)
    if sheet.has_dark:
        yield from _faint(tree, [], _Look(), _dark(sheet), is_dark=True)


def _dark(sheet: Sheet) -> tuple[Rule, ...]:
    return (*sheet.always, *sheet.dark)


def _faint(
    element: Element, outer: list[Element], above: _Look, rules: Sequence[Rule], *, is_dark: bool
) -> Iterator[Faint]:
    style = element.attributes.get("style", "")
    if element.name in _NOT_SHOWN or _HIDDEN.search(style):
        return
    path = [*outer, element]
    look = _look(path, above, rules)
    words = " ".join("".join(child for child in element.children if isinstance(child, str)).split())
    if look.colour and look.background and look.pixels > TINY and any(map(str.isalnum, words)):
        found = Faint(words, look.colour, look.background, is_dark)
        if found.ratio < ENOUGH:
            yield found
    for child in element.children:
        if isinstance(child, Element):
            yield from _faint(child, path, look, rules, is_dark=is_dark)


def _look(path: list[Element], above: _Look, rules: Sequence[Rule]) -> _Look:
    element = path[-1]
    style = element.attributes.get("style", "")
    own = declared(style)
    meant = [rule for rule in rules if rule.matches(path)]
    colour, background = above.colour, above.background
    if element.name == "a" and "href" in element.attributes:
        colour = None  # a link's own colour is the mail program's, unless somebody sets it
    if said := _winner(("color",), own, meant):
        colour = (
            above.colour if said.value in {"inherit", "currentcolor"} else colour_of(said.value)
        )
    if said := _winner(("background", "background-color"), own, meant):
        if said.value not in {"none", "transparent", "inherit"}:
            background = colour_of(said.value)
    elif shade := element.attributes.get("bgcolor"):
        background = colour_of(shade)
    if "background" in element.attributes:
        background = None  # a picture
    size = _SIZE.search(style)
    return _Look(colour, background, float(size[1]) if size else above.pixels)


def _winner(
    names: tuple[str, ...], own: Sequence[Declaration], meant: Sequence[Rule]
) -> Declaration | None:
    """The declaration that counts: important, then an element's own, then the most specific."""
    said = [
        ((one.is_important, False, rule.specificity, n), one)
        for n, rule in enumerate(meant)
        for one in rule.declarations
        if one.name in names
    ]
    said += [
        ((one.is_important, True, (0, 0, 0), n), one)
        for n, one in enumerate(own)
        if one.name in names
    ]
    return max(said, key=lambda pair: pair[0])[1] if said else None
