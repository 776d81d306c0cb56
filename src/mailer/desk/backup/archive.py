"""The file of a backup: members, and at the end what each must be, so that no damage is silent."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from mailer.desk.backup.errors import BackupError
from mailer.desk.backup.manifest import NAME, Manifest
from mailer.errors import Where

CONTENTS: Final = "contents.json"
"""The last member: every other one with its SHA-256."""


class Archive:
    """A backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._contents: dict[str, str] = {}

    def add(self, name: str, octets: bytes) -> None:
        """A member of its own."""
        self._contents[name] = hashlib.sha256(octets).hexdigest()
        self._add(name, octets)

    def add_file(self, name: str, file: Path) -> None:
        """A file that does not change meanwhile, which may be large."""
        with file.open("rb") as stream:
            self._contents[name] = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            member = tarfile.TarInfo(name)
            member.size, member.mode = os.fstat(stream.fileno()).st_size, 0o600
            self._tar.addfile(member, stream)

    def finish(self) -> None:
        """Say what is in it."""
        self._add(CONTENTS, json.dumps(self._contents, indent=1).encode())

    def _add(self, name: str, octets: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(octets), 0o600
        self._tar.addfile(member, io.BytesIO(octets))


@contextlib.contextmanager
def new_archive(file: Path) -> Iterator[Archive]:
    """An archive that has its name only once it is whole and on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=3) as tar:
                archive = Archive(tar)
                yield archive
                archive.finish()
            stream.flush()
            os.fsync(stream.fileno())
        draft.rename(file)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def unpack(file: Path, folder: Path) -> Manifest:
    """Every member into `folder`, for our eyes only.

    Raises BackupError unless each is a plain file below it, and what it was.
    """
    try:
        with tarfile.open(file, "r:gz") as archive:
            for member in archive:
                _unpack(archive, member, folder)
    except (OSError, tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupError(f"cannot be read: {error}", where=Where(file)) from None
    if not (folder / NAME).is_file():
        raise BackupError("this is no backup of ours", where=Where(file))
    manifest = Manifest.from_json((folder / NAME).read_bytes())
    try:
        contents: dict[str, str] = json.loads((folder / CONTENTS).read_bytes())
        found = {name: _digest(folder / name) for name in contents}
    except (OSError, ValueError, TypeError):
        raise BackupError("the backup is not whole", where=Where(file)) from None
    if found != contents:
        damaged = next(name for name in contents if found[name] != contents[name])
        raise BackupError(f"the backup is damaged: {damaged}", where=Where(file))
    return manifest


# By hand: tarfile knows safe extraction since Python 3.11.4 only, and Debian 12 has 3.11.2.
def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    stream = archive.extractfile(member) if member.isfile() else None
    if stream is None or name.is_absolute() or ".." in name.parts:
        raise tarfile.ReadError(f"{member.name} is no file of a backup")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with stream, os.fdopen(descriptor, "wb") as copy:
        shutil.copyfileobj(stream, copy)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
