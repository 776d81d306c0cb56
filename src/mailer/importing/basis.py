"""The consent that a publisher states once for all rows that bring no evidence of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from mailer.errors import Where
from mailer.importing.errors import BasisError
from mailer.importing.moments import DayOrder, MomentError, parse_moment
from mailer.importing.values import LONGEST_SOURCE, LONGEST_WORDING, text_fault


@dataclass(frozen=True, slots=True)
class Basis:
    """On what people's consent rests, since when, and the words they agreed to."""

    text: str
    at: datetime
    wording: str

    def __str__(self) -> str:
        digest = hashlib.sha256(self.wording.encode()).hexdigest()
        return f"{self.text} ({self.at.isoformat()}, wording sha256 {digest})"


def read_basis(
    text: str | None, stated: str | None, wording: Path | None, zone: ZoneInfo, now: datetime
) -> Basis | None:
    """The basis that the three options state, None without any; raises BasisError."""
    given = {"--consent-basis": text, "--consent-date": stated, "--wording": wording}
    missing = [option for option, value in given.items() if not value]
    if len(missing) == len(given):
        return None
    if text is None or stated is None or wording is None or missing:
        raise BasisError(
            f"a consent stated for the whole file needs {' and '.join(missing)} too",
            mend="say on which basis, since when, and in which words people agreed",
        )
    if fault := text_fault(text, LONGEST_SOURCE):
        raise BasisError(f"--consent-basis: {fault}")
    try:
        moment = parse_moment(stated.strip(), zone, DayOrder(), now)
    except MomentError as error:
        raise BasisError(f"--consent-date: {error}") from None
    return Basis(text.strip(), moment.at, _wording(wording))


def _wording(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise BasisError(f"cannot be read: {error.strerror}", where=Where(file)) from None
    except UnicodeDecodeError:
        raise BasisError("not valid utf-8", where=Where(file), mend="save it in UTF-8") from None
    if not text:
        raise BasisError(
            "is empty", where=Where(file), mend="write the very words people agreed to into it"
        )
    if fault := text_fault(text, LONGEST_WORDING, breaks=True):
        raise BasisError(fault, where=Where(file))
    return text
