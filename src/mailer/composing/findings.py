"""What `preflight` has to say of an issue before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailer.errors import Where

Severity = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that would hurt. A hard one stops a send; `where` has a line where it is known.

    A hard one that is not `forcible` no reason lets pass: the law, or a mail that cannot be made.
    """

    severity: Severity
    what: str
    why: str
    mend: str
    where: Where | None = None
    forcible: bool = True
    quote: str = ""
    """What stands on its very line, where `where` knows only the section, or the template."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what} — {self.mend}"
