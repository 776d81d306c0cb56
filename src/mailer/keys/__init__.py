"""The house's own secrets: made when first needed, kept in files only we may read."""

from mailer.keys.files import KEY_OCTETS, KeyFileError
from mailer.keys.mac import BegunMac
from mailer.keys.ring import KeyRing, LinkKey, has_served, replaced_at
from mailer.keys.workspace import (
    FOR_EVER,
    Keys,
    link_keys,
    load_keys,
    load_proof_key,
    rotate_links,
)

__all__ = [
    "FOR_EVER",
    "KEY_OCTETS",
    "BegunMac",
    "KeyFileError",
    "KeyRing",
    "Keys",
    "LinkKey",
    "has_served",
    "link_keys",
    "load_keys",
    "load_proof_key",
    "replaced_at",
    "rotate_links",
]
