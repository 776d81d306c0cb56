"""Putting a backup back: into a folder without a workspace and a database without tables."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from mailer.clock import Clock
from mailer.config import Workspace
from mailer.delivery import Dispatch, Recovered
from mailer.desk.backup.archive import unpack
from mailer.desk.backup.databases import fill_tables, refuse_filled
from mailer.desk.backup.errors import BackupError
from mailer.desk.backup.manifest import Manifest
from mailer.errors import Where
from mailer.keys import load_keys
from mailer.store import Store, check_version

KEPT = ("config.toml", "templates", "issues", "subscribers")


def restore(file: Path, folder: Path, clock: Clock) -> tuple[Workspace, Recovered]:
    """Put the backup in `file` back into `folder`; what its journals say is recorded.

    Deliveries that were on their way when it was taken are in doubt or wait again, as their
    journal has it. Raises BackupError before anything is changed.
    """
    for name in (*KEPT, "var"):
        if (folder / name).exists():
            raise BackupError(
                f"there is a {name} already: a backup is never put over what is there",
                where=Where(folder),
                mend="name an empty folder",
            )
    with tempfile.TemporaryDirectory(prefix="mailer-restore-") as name:
        draft = Path(name)
        manifest = unpack(file, draft)
        _refuse(draft, folder, manifest)
        workspace = _placed(draft, folder, manifest)
        store = Store(workspace.store_url)
        try:
            if manifest.database == "postgresql":
                fill_tables(store, manifest.tables, draft / "database")
            check_version(store)
            dispatch = Dispatch(workspace, store, load_keys(workspace.keys), clock)
            recovered = dispatch.recover(everywhere=True)
        finally:
            store.close()
    return workspace, recovered


def _refuse(draft: Path, folder: Path, manifest: Manifest) -> None:
    """Raise BackupError where the database would not take what the backup holds."""
    url = Workspace.open(draft / "config.toml").settings.store.url
    if url.startswith("sqlite:///") != (manifest.database == "sqlite"):
        raise BackupError(
            f"the backup is of a {manifest.database} database, store.url names another kind",
            mend="set MAILER_STORE__URL to an empty database of that kind",
        )
    if manifest.database == "sqlite":
        target = folder / url.removeprefix("sqlite:///")  # or itself, where it is absolute
        if target.exists():
            raise BackupError("there is a database already", where=Where(target))
        return
    store = Store(url)
    try:
        refuse_filled(store)
    finally:
        store.close()


def _placed(draft: Path, folder: Path, manifest: Manifest) -> Workspace:
    """The files in their places, and the workspace they make."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in KEPT:
        if (draft / name).exists():
            shutil.move(draft / name, folder / name)
    placed = Workspace.open(folder / "config.toml")
    placed.var.mkdir(mode=0o700)
    if (draft / "keys").is_dir():
        shutil.move(draft / "keys", placed.keys)
        _for_our_eyes(placed.keys)
    for name, place in (("seals", placed.seals), ("journal", placed.journals)):
        if (draft / name).is_dir():
            shutil.move(draft / name, place)
    if manifest.database == "sqlite":
        target = Path(placed.store_url.removeprefix("sqlite:///"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(draft / "database" / "mailer.db", target)
        target.chmod(0o600)
    return placed


def _for_our_eyes(folder: Path) -> None:
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
