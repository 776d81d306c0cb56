"""Taking a backup: journals first, then the database, then what lies in files.

In this order, whatever a journal said and no longer says stands in the database by then: of no
message that was sent before the backup began is the outcome lost.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from mailer import __version__
from mailer.config import Workspace
from mailer.desk.backup.archive import Archive, new_archive
from mailer.desk.backup.databases import (
    copy_sqlite,
    copy_tables,
    revision_of,
    tables_in_order,
)
from mailer.desk.backup.errors import BackupError
from mailer.desk.backup.manifest import FORMAT, NAME, Manifest, note_backup
from mailer.errors import Where
from mailer.store import Store, check_version

FOLDERS = ("templates", "issues", "subscribers")


def back_up(workspace: Workspace, file: Path, now: datetime) -> Manifest:
    """Write the workspace into `file`, for our eyes only, whole or not at all.

    Raises BackupError where the file is there already or cannot be written, StoreError where the
    database cannot be read.
    """
    if file.exists():
        raise BackupError("the file is there already", where=Where(file), mend="name another")
    store = Store(workspace.store_url)
    try:
        check_version(store)
        manifest = Manifest(
            format=FORMAT,
            mailer=__version__,
            taken_at=now.isoformat(),
            database="sqlite" if store.is_sqlite else "postgresql",
            revision=revision_of(store),
            tables=() if store.is_sqlite else tuple(table.name for table in tables_in_order()),
        )
        with new_archive(file) as archive, tempfile.TemporaryDirectory(dir=file.parent) as name:
            _fill(archive, workspace, store, manifest, Path(name))
    except OSError as error:
        raise BackupError(f"cannot be written: {error.strerror}", where=Where(file)) from None
    finally:
        store.close()
    note_backup(workspace, file, now)
    return manifest


def _fill(
    archive: Archive, workspace: Workspace, store: Store, manifest: Manifest, folder: Path
) -> None:
    archive.add(NAME, manifest.to_json().encode())
    for journal in sorted(workspace.journals.glob("*.journal")):
        with contextlib.suppress(FileNotFoundError):  # finished meanwhile: all is recorded
            archive.add(f"journal/{journal.name}", journal.read_bytes())
    # Before the database too: a seal it does not know yet would look as if it had been taken out.
    for path in _files_in(workspace.seals):
        archive.add(f"seals/{path.relative_to(workspace.seals)}", path.read_bytes())
    if store.is_sqlite:
        copy_sqlite(store, folder / "mailer.db")
        archive.add_file("database/mailer.db", folder / "mailer.db")
    else:
        for table in copy_tables(store, folder):
            archive.add_file(f"database/{table.name}", table)
            table.unlink()
    archive.add("config.toml", workspace.file.read_bytes())
    for path in _files_in(workspace.keys):
        archive.add(f"keys/{path.relative_to(workspace.keys)}", path.read_bytes())
    for name in FOLDERS:
        for path in _files_in(workspace.root / name):
            archive.add(str(path.relative_to(workspace.root)), path.read_bytes())


def _files_in(folder: Path) -> Iterator[Path]:
    """Every file below a folder; links to folders within are not followed, and cannot circle."""
    for name, _, files in os.walk(folder):
        yield from (Path(name, file) for file in sorted(files) if Path(name, file).is_file())
