"""How often a standing column appears, counted in issues."""

from __future__ import annotations

import re

_RHYTHM = re.compile(r"every (?:(\d{1,3}) issues?|(other|second|third|fourth)? ?issue)")
_WORDS = {"other": 2, "second": 2, "third": 3, "fourth": 4, None: 1}


def parse_rhythm(value: str) -> str:
    """A rhythm as it was written; raises ValueError where it is none. Empty: no rhythm."""
    if value:
        issues_apart(value)
    return value


def issues_apart(rhythm: str) -> int:
    """2 for «every 2 issues»; raises ValueError."""
    match = _RHYTHM.fullmatch(rhythm.strip().lower())
    if match is None or (match[1] is not None and int(match[1]) == 0):
        raise ValueError(f"{rhythm!r} is no rhythm: write «every issue» or «every 2 issues»")
    return int(match[1]) if match[1] else _WORDS[match[2]]
