"""The envelope sender: where bounces go, by default to From, else to an address of each delivery.

An address of its own (VERP) says which delivery bounced however mangled the bounce is. It is
signed, so that nobody can make us believe one, and written without case, in at most 64 octets.
"""

from __future__ import annotations

from collections.abc import Callable

from mailer.keys import Keys
from mailer.tokens import InvalidTokenError, Signer, TokenPurpose, Use

PREFIX = "b-"


def envelope_senders(
    keys: Keys, campaign_id: int, *, sender: str, bounce_domain: str
) -> Callable[[int], str]:
    """Gives the envelope sender of each delivery of a campaign."""
    if not bounce_domain:
        return lambda _delivery_id: sender
    sign = Signer(keys.links).sign_caseless

    def of(delivery_id: int) -> str:
        token = sign(TokenPurpose.BOUNCE, campaign_id, delivery_id)
        return f"{PREFIX}{token}@{bounce_domain}"

    return of


def delivery_of(keys: Keys, address: str) -> Use:
    """The delivery whose envelope sender an address is; raises InvalidTokenError."""
    local = address.partition("@")[0].lower()
    if not local.startswith(PREFIX):
        raise InvalidTokenError("this address is not one of ours")
    return Signer(keys.links).read_caseless(TokenPurpose.BOUNCE, local.removeprefix(PREFIX))
