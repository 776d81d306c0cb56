"""French spacing by rule: where no-break spaces stand, so that no author has to type one.

Only spaces change: they are replaced, added before or inside French punctuation, never removed
without another in their place. Typesetting twice is typesetting once. The rules are those of the
Imprimerie nationale («Lexique des règles typographiques»), with U+202F before ; ! ? and U+00A0
elsewhere. A text is given as runs (pieces between tags), because a mark and the word before it may
stand on either side of a tag; None is a piece that is not prose, such as code.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

NO_BREAK: Final = "\u00a0"
NARROW: Final = "\u202f"
LINE_END: Final = "\u2028"
"""A run that is a line's end: no rule reaches across it."""

_OPAQUE: Final = "\ufffc"
_GAP: Final = re.compile("[ \t\n\u00a0\u2009\u202f]+")

# What may stand before a mark that has no space yet, and what must follow a mark.
_WORD: Final = r"[^\W_]|[\ufffc\ue001)\]»”\"'’…%€°]"
_NOT_IN_ADDRESS: Final = r"(?![\w=/&#\-])"
_AFTER_COLON: Final = r"(?=$|[ \n\u2028\ufffc»”\"«])"

_UNITS: Final = (
    "km|cm|mm|hm|m|kg|mg|g|t|l|L|cl|ml|ha|h|min|s|ms|o|ko|Ko|kB|Mo|Go|To|Mbit|Gbit|W|kW|kWh|MW|V|A|"
    r"Hz|kHz|MHz|GHz|px|pt|dpi|°C|°F|£|\$|‰|CHF|EUR|millions?|milliards?"
)
_MONTHS: Final = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
)
_TITLES: Final = r"(?:M|MM|Dr|Pr|Me|Mgr|Mme|Mmes|Mlle|Mlles|St|Ste)\.?"
_REFERENCES: Final = r"(?:pp?|art|chap|vol|fig|éd|ibid)\.|§|[Nn][°º]"


class _Rule(NamedTuple):
    pattern: re.Pattern[str]
    space: str


def _rule(pattern: str, space: str) -> _Rule:
    return _Rule(re.compile(pattern), space)


# The first rule that claims a place decides. Each pattern's only group is the gap: one space in
# the canonical text, or nothing where a space is missing.
_RULES: Final = (
    _rule(r"«( ?)(?=[^ »\u2028])", NO_BREAK),
    _rule(r"(?<=[^\s«])( ?)(?=»)", NO_BREAK),
    _rule(rf"(?<=\S)( )(?=[!?]{_NOT_IN_ADDRESS})", NARROW),
    _rule(rf"(?:{_WORD})()(?=[!?]+{_NOT_IN_ADDRESS})", NARROW),
    _rule(rf"(?<=\S)( )(?=;{_AFTER_COLON})", NARROW),
    _rule(rf"(?:{_WORD})()(?=;{_AFTER_COLON})", NARROW),
    _rule(rf"(?<=\S)( )(?=:{_AFTER_COLON})", NO_BREAK),
    _rule(rf"(?:{_WORD})()(?=:{_AFTER_COLON})", NO_BREAK),
    _rule(r"\d( ?)(?=[%€](?![\w%€]))", NO_BREAK),
    _rule(rf"\d( )(?=(?:{_UNITS})(?![\w’']))", NO_BREAK),
    _rule(rf"\d(?:er)?( )(?=(?:{_MONTHS})(?!\w))", NO_BREAK),
    _rule(r"\b\d{1,2} ?h( )(?=\d{1,2}\b)", NO_BREAK),
    _rule(r"\b[Nn][°º]( ?)(?=\d)", NO_BREAK),
    _rule(rf"(?<![\w’'])(?:{_REFERENCES})( )(?=[\dIVXLC])", NO_BREAK),
    _rule(rf"(?<![\w’'.-]){_TITLES}( )(?=[^\W\d_a-zà-ÿ])", NO_BREAK),
    _rule(r"(?<!\w)[^\W\d_a-zà-ÿ]\.( )(?=[^\W\d_a-zà-ÿ])", NO_BREAK),
)
_DIGIT_GROUPS: Final = re.compile(
    r"(?<![\d.,])(?:\d{1,3}(?: \d{3})+|0\d(?: \d\d){4}|\+33 \d(?: \d\d){4})(?!\d)"
)
_ADDRESS_SIGNS: Final = ("://", "www.", "@")
_WORDS: Final = re.compile("[^ \u2028«»]+")


class _Edit(NamedTuple):
    start: int
    end: int
    space: str


def typeset(text: str, locale: str) -> str:
    """`text` with the spaces its language asks for; languages without rules come back as given."""
    return typeset_runs((text,), locale)[0] or ""


def typeset_runs(runs: Sequence[str | None], locale: str) -> list[str | None]:
    """The pieces of one text, typeset together; None (code, a picture) stays None."""
    if locale.split("-")[0] != "fr":
        return list(runs)
    whole = "".join(_OPAQUE if run is None else run for run in runs)
    edits = _edits(whole)
    return _apply(runs, edits) if edits else list(runs)


def _edits(whole: str) -> list[_Edit]:
    """What changes in the text, in order."""
    canonical, starts = _canonical(whole)
    claimed: dict[int, tuple[int, str]] = {}
    for number in _DIGIT_GROUPS.finditer(canonical):
        for at in range(number.start(), number.end()):
            if canonical[at] == " ":
                claimed[at] = (at + 1, NO_BREAK)
    for pattern, space in _RULES:
        for match in pattern.finditer(canonical):
            claimed.setdefault(match.start(1), (match.end(1), space))
    for at in _inside_addresses(canonical):
        claimed.pop(at, None)
    return [
        _Edit(starts[at], starts[end], space)
        for at, (end, space) in sorted(claimed.items())
        if whole[starts[at] : starts[end]] != space
    ]


def _canonical(whole: str) -> tuple[str, list[int]]:
    """The text with each gap as one plain space, and where each of its characters began."""
    pieces: list[str] = []
    starts: list[int] = []
    last = 0
    for gap in _GAP.finditer(whole):
        pieces += (whole[last : gap.start()], " ")
        starts += range(last, gap.start() + 1)
        last = gap.end()
    pieces.append(whole[last:])
    starts += range(last, len(whole) + 1)
    return "".join(pieces), starts


def _inside_addresses(canonical: str) -> Iterator[int]:
    """The places within addresses written out in prose, which keep every character."""
    if not any(sign in canonical for sign in _ADDRESS_SIGNS):
        return
    for word in _WORDS.finditer(canonical):
        if any(sign in word.group() for sign in _ADDRESS_SIGNS):
            yield from range(word.start() + 1, word.end())


def _apply(runs: Sequence[str | None], edits: Sequence[_Edit]) -> list[str | None]:
    """Each edit made in one run; what it takes away may reach into the runs that follow."""
    begins = list(accumulate((1 if run is None else len(run) for run in runs), initial=0))
    owners = [_owner(runs, begins, edit) for edit in edits]
    done: list[str | None] = []
    for index, run in enumerate(runs):
        if run is None or run == LINE_END:
            done.append(run)
            continue
        begin, end = begins[index], begins[index + 1]
        pieces: list[str] = []
        at = begin
        for owner, edit in zip(owners, edits, strict=True):
            if owner == index or (edit.start < end and edit.end > begin):
                pieces.append(run[at - begin : max(edit.start, begin) - begin])
                pieces.append(edit.space if owner == index else "")
                at = min(edit.end, end)
        done.append("".join(pieces) + run[at - begin :])
    return done


def _owner(runs: Sequence[str | None], begins: Sequence[int], edit: _Edit) -> int:
    """The run that holds what stands at the edit; the one before it where that is no prose.

    One side of an added space is always punctuation or a digit, so one of the two is prose.
    """
    index = bisect_right(begins, edit.start) - 1
    if index < len(runs) and runs[index] not in (None, LINE_END):
        return index
    return bisect_left(begins, edit.start) - 1
