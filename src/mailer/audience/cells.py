"""What a cell of a CSV may begin with, so that no spreadsheet runs it as a formula."""

from __future__ import annotations

import re

# OWASP, CSV injection. A cell that looks guarded already is guarded once more, so that the undoing
# is exact.
_RISKY = re.compile(r"'*[=+\-@\t\r\n\0]")


def guard_cell(cell: str) -> str:
    """The cell as an export writes it: «'» before whatever a spreadsheet would run.

    ASVS 1.2.10; `unguard_cell` gives back exactly what went in.
    """
    return f"'{cell}" if _RISKY.match(cell) else cell


def unguard_cell(cell: str) -> str:
    """The cell as it was before an export guarded it; a name like «'t Hof» keeps its apostrophe."""
    return cell[1:] if cell[:1] == "'" and _RISKY.match(cell) else cell
