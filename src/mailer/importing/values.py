"""What a name, a language, a time zone or a text in a cell may be."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from zoneinfo import available_timezones

from mailer.importing.columns import fold
from mailer.language import LOCALES

LONGEST_NAME = 200
LONGEST_SOURCE = 500
LONGEST_ATTRIBUTE = 1_000
LONGEST_WORDING = 10_000

_URL = re.compile(r"://|\bwww\.", re.IGNORECASE)
_LANGUAGES = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
# They turn the direction of what follows, also in a list of names where others read them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Control, surrogate and private characters, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})


def text_fault(text: str, longest: int, *, breaks: bool = False) -> str:
    """What is wrong with a text, or nothing; `breaks`: line ends and tabs may stand in it."""
    if len(text) > longest:
        return f"longer than {longest} characters"
    if text.isprintable():
        return ""
    bad = next((one for one in text if _is_unseen(one) and not (breaks and one in "\n\t")), None)
    if bad is None:
        return ""
    return "a line break inside" if bad in "\r\n" else f"the character U+{ord(bad):04X} inside"


def name_fault(name: str) -> str:
    """What is wrong with a name, or nothing: whoever signs up must not advertise with it."""
    return "a web address inside" if _URL.search(name) else text_fault(name, LONGEST_NAME)


@lru_cache(maxsize=256)
def find_locale(text: str) -> str | None:
    """The language that a cell names (`fr`, `fr-CA`, `Français`), or None."""
    folded = fold(text)
    language = _LANGUAGES.get(folded, folded.partition("_")[0])
    return language if language in LOCALES else None


def find_timezone(text: str) -> str | None:
    """The IANA zone of that name, whatever its case, or None."""
    return _zones().get(text.casefold())


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones()}


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or character in _TURNING
