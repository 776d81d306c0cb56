"""Keys that sign a domain's mail: made, kept where only we may read them, told to DNS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailer.config import ConfigError, Workspace, parse_domain, parse_selector
from mailer.desk.errors import DkimKeyError
from mailer.errors import MailerError, Where
from mailer.message import (
    KeyType,
    SigningKeyError,
    new_signing_key,
    read_signing_key,
    record_name,
    txt_strings,
)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """One signing key as the world knows it: a TXT record."""

    domain: str
    selector: str
    type: KeyType
    file: Path
    record: str
    in_use: bool
    """Whether config.toml names it."""

    @property
    def name(self) -> str:
        """The record's name in DNS."""
        return record_name(self.domain, self.selector)

    @property
    def strings(self) -> tuple[str, ...]:
        """The record's text in strings that DNS can hold."""
        return txt_strings(self.record)


def make_dkim_keys(
    workspace: Workspace, domain: str, selector: str, *, with_ed25519: bool = False
) -> list[PublishedKey]:
    """Make an RSA key for a domain, and an Ed25519 key beside it; files 0600, none overwritten.

    The second selector is the first and an «e». Raises DkimKeyError, or MailerError for a folder
    that cannot be written.
    """
    domain, selector = _checked(domain, selector)
    kinds: list[tuple[str, KeyType]] = [(selector, "rsa")]
    if with_ed25519:
        kinds.append((_checked(domain, f"{selector}e")[1], "ed25519"))
    files = [workspace.dkim_key(domain, name) for name, _ in kinds]
    for file in files:
        if file.exists():
            raise _exists(file)
    for file, (_, kind) in zip(files, kinds, strict=True):
        _write_secret(workspace, file, new_signing_key(kind))
    return [
        _published(workspace, domain, name, file)
        for file, (name, _) in zip(files, kinds, strict=True)
    ]


def dkim_keys(workspace: Workspace, domain: str) -> list[PublishedKey]:
    """The keys that sign for a domain, then those that lie in its name and are not in use.

    Raises DkimKeyError where there are none, ConfigError for one in use that cannot be read.
    """
    domain, _ = _checked(domain, "x")
    files = dict(workspace.dkim_keys(domain))
    for file in sorted(workspace.dkim_key(domain, "x").parent.glob(f"{domain}.*.pem")):
        # A longer domain's key has a dot where a selector has none.
        selector = file.stem.removeprefix(f"{domain}.")
        if "." not in selector and file not in files.values():
            files.setdefault(selector, file)
    if not files:
        raise DkimKeyError(f"{domain} has no key", mend=f"make one: mailer dkim new {domain}")
    return [_published(workspace, domain, selector, file) for selector, file in files.items()]


def config_lines(keys: Sequence[PublishedKey]) -> list[str]:
    """The lines that make config.toml sign with these keys of one domain."""
    prefix: dict[KeyType, str] = {"rsa": "selector", "ed25519": "ed25519_selector"}
    return [
        f'[dkim."{keys[0].domain}"]',
        *(f'{prefix[key.type]} = "{key.selector}"' for key in keys),
    ]


def _checked(domain: str, selector: str) -> tuple[str, str]:
    try:
        return parse_domain(domain), parse_selector(selector)
    except ValueError as error:
        raise DkimKeyError(str(error)) from None


def _published(workspace: Workspace, domain: str, selector: str, file: Path) -> PublishedKey:
    try:
        key = read_signing_key(file.read_bytes())
    except OSError as error:
        raise ConfigError(
            f"the DKIM key of {domain} cannot be read: {error.strerror}", where=Where(file)
        ) from None
    except SigningKeyError as error:
        raise ConfigError(error.what, where=Where(file), mend=error.mend) from None
    in_use = (selector, file) in workspace.dkim_keys(domain)
    return PublishedKey(domain, selector, key.type, file, key.record, in_use)


def _write_secret(workspace: Workspace, file: Path, content: bytes) -> None:
    try:
        for folder in (workspace.keys, file.parent):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True)
        _write_new(file, content)
    except OSError as error:
        raise MailerError(
            f"the key cannot be written: {error.strerror}",
            where=Where(file),
            mend="make the folder writable for the user who runs mailer",
        ) from None


def _write_new(file: Path, content: bytes) -> None:
    """Whole or not at all, for our eyes only, and never over another file."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, file)
    except FileExistsError:
        raise _exists(file) from None
    finally:
        draft.unlink()


def _exists(file: Path) -> DkimKeyError:
    return DkimKeyError(
        "there is a key already, and mail on its way may be signed with it",
        where=Where(file),
        mend="choose another name with --selector",
    )
