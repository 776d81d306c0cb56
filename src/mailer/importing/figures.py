"""What became of the rows of a file: imported, merged or refused, and always all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from mailer.store.tables import Action


class Reason(StrEnum):
    """Why a row is refused."""

    CELLS = "wrong number of cells"
    QUOTING = "broken quoting"
    NO_ADDRESS = "no address"
    BAD_ADDRESS = "bad address"
    NO_EVIDENCE = "no evidence of consent"
    BAD_ACTION = "unknown consent action"
    NOT_CONFIRMED = "request never confirmed"
    BAD_DATE = "bad consent date"
    BAD_WORDING = "bad consent wording"
    BAD_SOURCE = "bad consent source"
    BAD_NAME = "bad name"
    BAD_LOCALE = "unknown language"
    BAD_TIMEZONE = "unknown time zone"
    BAD_ATTRIBUTE = "bad attribute"
    SUPPRESSED = "suppressed"
    LEFT = "left before"
    OBJECTED = "objected before"
    CAME_BACK = "came back since"


@dataclass(slots=True)
class Figures:
    """The rows of a file so far."""

    imported: Counter[Action] = field(default_factory=Counter)
    """By what their evidence says."""
    merged: int = 0
    """Of people whose standing is this already."""
    refused: Counter[Reason] = field(default_factory=Counter)
    blank: int = 0
    """Lines with nothing in them: not counted as rows."""

    @property
    def read(self) -> int:
        """All rows: what was imported, merged and refused."""
        return self.imported.total() + self.merged + self.refused.total()

    def add(self, other: Figures) -> None:
        """Count the rows of another part of the file too."""
        self.imported.update(other.imported)
        self.refused.update(other.refused)
        self.merged += other.merged
        self.blank += other.blank

    def to_json(self) -> dict[str, object]:
        """Plain values, most frequent reasons first."""
        return {
            "read": self.read,
            "imported": self.imported.total(),
            "merged": self.merged,
            "refused": self.refused.total(),
            "imported_as": {action.value: n for action, n in self.imported.most_common()},
            "refused_because": {reason.value: n for reason, n in self.refused.most_common()},
            "blank": self.blank,
        }
