"""Key files: made when first needed, readable by us alone, never half written."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from mailer.errors import MailerError

KEY_OCTETS = 32


class KeyFileError(MailerError):
    """A key file cannot be read or made."""


def read_single(file: Path) -> bytes:
    """The one key in a file, made there on first use; raises KeyFileError, OSError."""
    try:
        return parse_key(read_or_make(file, secrets.token_hex(KEY_OCTETS)))
    except ValueError:
        raise damaged(file) from None


def parse_key(text: str) -> bytes:
    """A key as a file holds it; raises ValueError."""
    key = bytes.fromhex(text)
    if len(key) != KEY_OCTETS:  # a file cut short by a full disk would sign with next to nothing
        raise ValueError("a key of another length")
    return key


def read_or_make(file: Path, line: str) -> str:
    """What stands in a file, or that line where there is none yet."""
    if not file.exists():
        draft = _draft(file, f"{line}\n")
        try:
            # link() fails where another process was first: then its key is the one.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(file.parent)
    return file.read_text(encoding="ascii")


def replace(file: Path, text: str) -> None:
    """Put another content into a file: it is there whole, or the old one still is."""
    _draft(file, text).replace(file)
    _sync_folder(file.parent)


def damaged(file: Path) -> KeyFileError:
    """What to say of a file that holds no keys of ours."""
    return KeyFileError(f"{file} is damaged", mend="put it back from the last backup")


def unusable(folder: Path, error: OSError) -> KeyFileError:
    """What to say where the system refuses us."""
    return KeyFileError(
        f"keys in {folder} cannot be used: {error.strerror}",
        mend="make the folder readable and writable for the user who runs mailer",
    )


def _draft(file: Path, text: str) -> Path:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return draft


def _sync_folder(folder: Path) -> None:
    """A key that something was signed with must still have its name after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
