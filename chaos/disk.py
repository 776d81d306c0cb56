"""A disk of a workspace's own, small enough to be filled: a tmpfs that nobody else sees."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

CLONE_NEWNS = 0x00020000
FILLER = "filler"
BLOCK = bytes(1 << 16)


def own_mounts() -> bool:
    """Give this process and its children mounts of their own; False where that is not allowed.

    They go when the last of them ends, so a harness that is killed leaves no mount behind.
    """
    if os.geteuid() != 0 or ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        return False
    return _mount("--make-rprivate", "/")


@contextlib.contextmanager
def small(folder: Path, octets: int) -> Iterator[None]:
    """The folder, with what is in it, on a disk of that size; as it was on that disk after."""
    aside = folder.with_name(f"{folder.name}.aside")
    folder.rename(aside)
    folder.mkdir()
    if not _mount("-t", "tmpfs", "-o", f"size={octets}", "tmpfs", str(folder)):
        raise RuntimeError(f"no disk can be mounted on {folder}")
    try:
        shutil.copytree(aside, folder, symlinks=True, dirs_exist_ok=True)
        yield
        shutil.rmtree(aside)
        shutil.copytree(folder, aside, symlinks=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()
        aside.rename(folder)


@contextlib.contextmanager
def full(folder: Path) -> Iterator[None]:
    """The folder's disk without a free octet."""
    filler = folder / FILLER
    try:
        with filler.open("wb", buffering=0) as file:
            _fill(file.fileno())
        yield
    finally:
        filler.unlink()


def _fill(descriptor: int) -> None:
    block = BLOCK
    while block:
        try:
            os.write(descriptor, block)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            block = block[: len(block) // 2]


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], check=False).returncode == 0
