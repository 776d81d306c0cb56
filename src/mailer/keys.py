"""The house's own secrets: made when first needed, kept in files only we may read."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailer.errors import MailerError

KEY_OCTETS = 32


class KeyFileError(MailerError):
    """A key file cannot be read or made."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Signing keys, oldest to newest: the newest signs, all verify."""

    keys: tuple[tuple[int, bytes], ...] = field(repr=False)

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

    links: KeyRing = field(repr=False)
    suppression: bytes = field(repr=False)
    evidence: bytes = field(repr=False)
    messages: bytes = field(repr=False)
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
        raise _unusable(folder, error) from error


def load_proof_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs documents for people outside, made on first use; never rotated."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Ed25519PrivateKey.from_private_bytes(_single(folder / "proofs.key"))
    except OSError as error:
        raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> KeyFileError:
    return KeyFileError(
        f"keys in {folder} cannot be used: {error.strerror}",
        mend="make the folder readable and writable for the user who runs mailer",
    )


def _ring(file: Path) -> KeyRing:
    try:
        lines = [line.split() for line in _read_or_make(file, first_id="1 ").splitlines()]
        keys = tuple((int(key_id), _key(text)) for key_id, text in lines)
    except ValueError:
        raise _damaged(file) from None
    if not keys or len(dict(keys)) < len(keys):
        raise _damaged(file)
    return KeyRing(keys)


def _single(file: Path) -> bytes:
    try:
        return _key(_read_or_make(file, first_id=""))
    except ValueError:
        raise _damaged(file) from None


def _key(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY_OCTETS:  # a file cut short by a full disk would sign with next to nothing
        raise ValueError("a key of another length")
    return key


def _damaged(file: Path) -> KeyFileError:
    return KeyFileError(f"{file} is damaged", mend="put it back from the last backup")


def _read_or_make(file: Path, *, first_id: str) -> str:
    if not file.exists():
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
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
        _sync_folder(file.parent)
    return file.read_text(encoding="ascii")


def _sync_folder(folder: Path) -> None:
    """A key that something was signed with must still have its name after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
