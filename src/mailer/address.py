"""An e-mail address, parsed once at the door and trusted from there on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from mailer.errors import InputError

# Whatever has an @ inside a word may be somebody's address.
_ANY_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;]+@[^\s<>()\[\]\"',;]+")


class AddressError(InputError):
    """This is not an e-mail address that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: the local part as its owner writes it, the domain as DNS knows it."""

    local: str
    domain: str
    """Lower-case A-label form (RFC 5890), IDNA 2008 with UTS 46 non-transitional mapping."""

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address in `text`; raises AddressError saying what is wrong with it.

        Nothing is looked up in DNS: an import must not tell the world whom it holds.
        """
        try:
            valid = validate_email(
                text.strip(),
                check_deliverability=False,
                allow_smtputf8=True,
                allow_quoted_local=False,
                strict=True,  # RFC 5321 4.5.3.1.1: 64 octets before the @
            )
        except EmailNotValidError as error:
            raise AddressError(f"not an e-mail address: {error}") from None
        if valid.ascii_domain is None:
            raise AddressError("not an e-mail address: its domain has no ASCII form")
        return cls(valid.local_part, valid.ascii_domain.lower())

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """What two spellings of one mailbox share: NFC, without case; plus tags and dots count."""
        local = unicodedata.normalize("NFC", unicodedata.normalize("NFC", self.local).lower())
        return f"{local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only an SMTPUTF8 server can take it (RFC 6531)."""
        return not self.local.isascii()

    @property
    def masked(self) -> str:
        """Enough for its owner to know it, too little for anybody else: «j•••@ex•••.example»."""
        name, _, rest = self.domain.rpartition(".")
        return f"{self.local[:1]}•••@{name[:2]}•••.{rest}"


def without_addresses(text: str) -> str:
    """The text with every address in it blotted out: servers repeat them in their answers."""
    return _ANY_ADDRESS.sub("…@…", text)
