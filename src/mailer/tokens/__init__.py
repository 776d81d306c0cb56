"""Who may do what with which link: signed, one purpose each, telling nothing by themselves."""

from mailer.tokens.signing import (
    InvalidTokenError,
    Signer,
    SubscriptionClaim,
    TokenPurpose,
    Use,
)

__all__ = ["InvalidTokenError", "Signer", "SubscriptionClaim", "TokenPurpose", "Use"]
