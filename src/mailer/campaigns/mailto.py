"""Leaving by mail: the signed address of each copy, for List-Unsubscribe (RFC 2369 3.2).

The token stands in the local part, in one case only, so that it survives mail servers that change
case and forwarders that wrap the address (SRS0, SRS1, prvs).
"""

from __future__ import annotations

import re

from mailer.tokens import InvalidTokenError, Signer, TokenPurpose, Use

# Base32 as our tokens use it, wherever in the local part a forwarder left it.
_SIGNED = r"\+([a-z2-7]{20,})"


def leaving_mailto(signer: Signer, address: str, campaign_id: int, delivery_id: int) -> str:
    """The mailto: URI by which one reader leaves; nothing where no inbox is read."""
    if not address:
        return ""
    local, _, domain = address.rpartition("@")
    token = signer.sign_caseless(TokenPurpose.UNSUBSCRIBE, campaign_id, delivery_id)
    return f"mailto:{local}+{token}@{domain}?subject=unsubscribe"


def leaving_use(signer: Signer, address: str, recipient: str) -> Use | None:
    """The copy whose leaving address `recipient` is, wrapped or not; None where it is none."""
    local = address.rpartition("@")[0].lower()
    for found in re.finditer(re.escape(local) + _SIGNED, recipient.lower()):
        try:
            return signer.read_caseless(TokenPurpose.UNSUBSCRIBE, found[1])
        except InvalidTokenError:
            continue
    return None
