"""What a backup says of itself, and when the last one was taken."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mailer.config import Workspace
from mailer.desk.backup.errors import BackupError

FORMAT: Final = 1
NAME: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first member of a backup."""

    format: int
    mailer: str
    """The version of the mailer that took it."""
    taken_at: str
    """When, in UTC."""
    database: str
    """sqlite or postgresql."""
    revision: str
    """The database's version."""
    tables: tuple[str, ...] = ()
    """On PostgreSQL, in the order in which they are filled."""

    def to_json(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises BackupError for what is no manifest, or one of a later mailer."""
        try:
            values: dict[str, Any] = json.loads(text)
            found = cls(**{**values, "tables": tuple(values.get("tables", ()))})
        except (ValueError, TypeError, AttributeError):
            raise BackupError("this is no backup of ours: its manifest cannot be read") from None
        if found.format > FORMAT:
            raise BackupError(
                f"a later mailer ({found.mailer}) took this backup",
                mend="restore it with that version",
            )
        return found


def note_backup(workspace: Workspace, file: Path, at: datetime) -> None:
    """Remember for the doctor that a backup was taken."""
    words = json.dumps({"at": at.isoformat(), "file": str(file)})
    _note(workspace).write_text(words + "\n", encoding="utf-8")


def last_backup(workspace: Workspace) -> datetime | None:
    """When the last backup of this workspace was taken; None where none was."""
    try:
        words = json.loads(_note(workspace).read_text(encoding="utf-8"))
        return datetime.fromisoformat(words["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(workspace: Workspace) -> Path:
    return workspace.var / "backup.json"
