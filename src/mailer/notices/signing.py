"""Who signs what leaves in a sender's name: the keys config.toml gives the domain."""

from __future__ import annotations

from pathlib import Path

from mailer.config import ConfigError, Workspace
from mailer.errors import Where
from mailer.message import DkimSigner, KeyType, SigningKeyError, read_signing_key


def signers_of(workspace: Workspace, domain: str) -> tuple[DkimSigner, ...]:
    """The signers for mail From that domain, RSA first; none where config.toml names no key.

    Read once for a campaign or a notice. Raises ConfigError for a key that cannot be used.
    """
    kinds: tuple[KeyType, KeyType] = ("rsa", "ed25519")
    return tuple(
        _signer(domain, selector, file, kind)
        for (selector, file), kind in zip(workspace.dkim_keys(domain), kinds, strict=False)
    )


def _signer(domain: str, selector: str, file: Path, kind: KeyType) -> DkimSigner:
    mend = f'see `mailer dkim new --help`, or take the selector out of [dkim."{domain}"]'
    try:
        key = read_signing_key(file.read_bytes())
    except OSError as error:
        raise ConfigError(
            f"the DKIM key of {domain} cannot be read: {error.strerror}",
            where=Where(file),
            mend=mend,
        ) from None
    except SigningKeyError as error:
        raise ConfigError(
            f"the DKIM key of {domain} cannot sign: {error.what}",
            where=Where(file),
            mend=error.mend or mend,
        ) from None
    if key.type != kind:
        raise ConfigError(
            f"the DKIM key of {domain} under {selector} should be of type {kind}",
            where=Where(file),
            mend="RSA signs for everybody, Ed25519 only beside it (RFC 8463 6)",
        )
    return DkimSigner(domain, selector, key)
