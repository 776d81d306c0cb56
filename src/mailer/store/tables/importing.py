"""Files people brought, and what became of their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from mailer.store.schema import Model, RowId


class Import(Model):
    """One reading of one file into one list."""

    __tablename__ = "imports"

    id: Mapped[RowId]
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"))
    file_name: Mapped[str]
    file_digest: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]]
    """Rows read, imported, merged, refused by reason: they add up."""
    basis: Mapped[str]
    """The consent stated once for the whole file, or nothing where rows bring their own."""
