"""The house's own secrets: made when first needed, kept in files only we may read."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from mailer.errors import MailerError

KEY_OCTETS = 32


class KeyFileError(MailerError):
    """A key file cannot be read or made."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Signing keys, oldest to newest: the newest signs, all verify."""

    keys: tuple[tuple[int, bytes], ...]

    @property
    def newest(self) -> tuple[int, bytes]:
        """The key id and the key that sign from now on."""
        return self.keys[-1]

    def find(self, key_id: int) -> bytes | None:
        """The key of that id, or None when it is unknown or was retired."""
        return dict(self.keys).get(key_id)


@dataclass(frozen=True, slots=True)
class Keys:
    """Every secret of one workspace.

    Links may be re-keyed; digests may not: a suppression must still be found in three years.
    """

    links: KeyRing
    suppression: bytes
    evidence: bytes
    messages: bytes
    """Message-IDs: the same on every try, and nobody else can guess one."""

    def address_digest(self, address_key: str) -> str:
        """A keyed hash of an address, which tells nobody else whose it is (GDPR 4(5))."""
        return hmac.new(self.suppression, address_key.encode(), hashlib.sha256).hexdigest()


def load_keys(folder: Path) -> Keys:
    """The keys in `folder`, made there on first use (directory 0700, files 0600)."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Keys(
            links=_ring(folder / "links.keys"),
            suppression=_single(folder / "suppression.key"),
            evidence=_single(folder / "evidence.key"),
            messages=_single(folder / "messages.key"),
        )
    except OSError as error:
        raise KeyFileError(
            f"keys in {folder} cannot be used: {error.strerror}",
            mend="make the folder readable and writable for the user who runs mailer",
        ) from error


def _ring(file: Path) -> KeyRing:
    lines = [line.split() for line in _read_or_make(file, first_id="1 ").splitlines()]
    try:
        return KeyRing(tuple((int(key_id), bytes.fromhex(key)) for key_id, key in lines))
    except ValueError:
        raise _damaged(file) from None


def _single(file: Path) -> bytes:
    try:
        return bytes.fromhex(_read_or_make(file, first_id=""))
    except ValueError:
        raise _damaged(file) from None


def _damaged(file: Path) -> KeyFileError:
    return KeyFileError(f"{file} is damaged", mend="put it back from the last backup")


def _read_or_make(file: Path, *, first_id: str) -> str:
    if not file.exists():
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(f"{first_id}{secrets.token_hex(KEY_OCTETS)}\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            # link() fails where another process was first: then its key is the one.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()
