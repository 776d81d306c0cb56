"""What holds for every row of one import, and how a row is turned down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from mailer.importing.basis import Basis
from mailer.importing.columns import Columns, Field
from mailer.importing.figures import Reason
from mailer.importing.moments import DayOrder

Cell = Callable[[Field], str]
"""What a row says in a column, without spaces around it; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the rows of one file are to be understood."""

    columns: Columns
    locale: str
    """The list's: for whoever names none."""
    zone: ZoneInfo
    """The list's: for hours without an offset."""
    now: datetime
    source: str = ""
    basis: Basis | None = None
    day_order: DayOrder = field(default_factory=DayOrder)


class RefusedError(Exception):
    """This row cannot be taken; caught where rows are read."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
