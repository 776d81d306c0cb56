"""Whose link it is: from the token in a path to a person's standing with a list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import Membership, Person, get_person, membership, membership_of
from mailer.campaigns import addressee
from mailer.tokens import InvalidTokenError, SubscriptionClaim, TokenPurpose, Use
from mailer.web.site import Site


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who holds a link: the reader of a copy, of a subscription, or nobody (a test copy)."""

    _of: Use | SubscriptionClaim

    @property
    def is_nobody(self) -> bool:
        """Whether the link came from a test copy and acts on nobody."""
        return isinstance(self._of, Use) and self._of.is_test

    @property
    def use(self) -> Use | None:
        """The copy the link came in; None where it came in none."""
        return self._of if isinstance(self._of, Use) else None

    @property
    def is_own(self) -> bool:
        """Whether the link came in a mail to one person alone, which nobody passes on."""
        return isinstance(self._of, SubscriptionClaim)

    @property
    def campaign(self) -> int:
        """The campaign whose copy the link came in; 0 where it came in none."""
        return self._of.campaign if isinstance(self._of, Use) else 0

    def reader(self, connection: Connection) -> Membership:
        """Their standing; raises InvalidTokenError where they were erased since."""
        of = self._of
        found = _of_copy(connection, of) if isinstance(of, Use) else _of_claim(connection, of)
        if found is None:
            raise InvalidTokenError("this link is not valid")
        return found


def bearer(site: Site, purpose: TokenPurpose, token: str) -> Bearer:
    """The holder of a link of that purpose; raises InvalidTokenError."""
    if purpose is TokenPurpose.MANAGE:
        return Bearer(site.signer.read_claim(purpose, token))
    return Bearer(site.signer.read_use(purpose, token))


def _of_copy(connection: Connection, use: Use) -> Membership | None:
    found = addressee(connection, use.campaign, use.delivery)
    person = get_person(connection, found[0]) if found else None
    return membership_of(connection, person, found[1]) if found and person else None


def _of_claim(connection: Connection, claim: SubscriptionClaim) -> Membership | None:
    return membership(connection, claim.subscription)


def address_of(person: Person) -> Address:
    """A person's address, which was parsed before it was stored."""
    local, _, domain = person.address.rpartition("@")
    return Address(local, domain)
