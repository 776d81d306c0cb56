"""Standing names, written a little wrong: the list's title, its columns and their authors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from mailer.composing.examined import Check, Examined
from mailer.composing.findings import Finding
from mailer.errors import Where

SHORTEST: Final = 6
"""Letters: below, a neighbour of a name is too often another word."""

_WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)


def standing_names(seen: Examined) -> Iterator[Finding]:
    """A standing name is spelt as it always is."""
    names = dict.fromkeys((seen.frame.title, *seen.names))
    whole = f"{seen.edition.title}\n{seen.edition.subject}\n{seen.edition.preheader}"
    texts = [(whole, Where(seen.edition.file))]
    texts += [(piece.text, Where(seen.edition.file, piece.line)) for piece in seen.written]
    for text, where in texts:
        for name in names:
            for found in near_misses(name, text):
                if found not in names:
                    yield Finding(
                        "soft",
                        f"«{found}» is nearly «{name}»",
                        "a name that stands in every issue is written the same in each",
                        f"write {name}, if that is what is meant",
                        where,
                        quote=found,
                    )


CHECKS: Final[tuple[Check, ...]] = (standing_names,)


def near_misses(name: str, text: str) -> Iterator[str]:
    """Where a text has a name but for a letter or two, with its capitals; each way of it once."""
    wanted = _WORD.findall(unicodedata.normalize("NFC", name))
    right = [word.casefold() for word in wanted]
    if sum(map(len, wanted)) < SHORTEST or not any(word[:1].isupper() for word in wanted):
        return
    text = unicodedata.normalize("NFC", text)
    words = list(_WORD.finditer(text))
    told: set[str] = set()
    for first in range(len(words) - len(wanted) + 1):
        window = words[first : first + len(wanted)]
        here = [match[0].casefold() for match in window]
        if here == right or not _has_capitals_of(wanted, [match[0] for match in window]):
            continue
        if _is_near(here, right):
            found = text[window[0].start() : window[-1].end()]
            if "\n" not in found and found not in told:
                told.add(found)
                yield found


def _has_capitals_of(name: list[str], words: list[str]) -> bool:
    """An ordinary word has no capital where the name has one."""
    pairs = zip(name, words, strict=True)
    return all(word[:1].isupper() for part, word in pairs if part[:1].isupper())


def _is_near(words: list[str], name: list[str]) -> bool:
    """One letter in a short name, two in a long one, one a word; or nothing but accents."""
    if [_bare(word) for word in words] == [_bare(word) for word in name]:
        return True
    most = 1 if sum(map(len, name)) < 12 else 2
    apart = [distance(word, part) for word, part in zip(words, name, strict=True)]
    is_other_word = any(
        far and min(len(word), len(part)) < 4
        for far, word, part in zip(apart, words, name, strict=True)
    )
    return 0 < sum(apart) <= most and max(apart) <= 1 and not is_other_word


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def distance(one: str, other: str) -> int:
    """How many letters to insert, take out, change or swap with the next (Damerau, OSA)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for n, sign in enumerate(one, 1):
        last, row, older = row, [n], before
        for m, wanted in enumerate(other, 1):
            cost = min(last[m] + 1, row[m - 1] + 1, last[m - 1] + (sign != wanted))
            is_swap = n > 1 and m > 1 and sign == other[m - 2] and one[n - 2] == wanted
            row.append(min(cost, older[m - 2] + 1) if is_swap else cost)
        before = last
    return row[-1]
