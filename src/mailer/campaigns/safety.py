"""What stands between the sample workspace and the world."""

from __future__ import annotations

from sqlalchemy import Connection, func, or_, select

from mailer.campaigns.errors import UnsafeSendError
from mailer.composing import Frame
from mailer.store.tables import Subscriber, Subscription, SubscriptionStatus

# The sample's own, and what `mailer init` writes where it was told none.
PLACEHOLDERS = (
    "Éditions du Comptoir, 12 rue des Moulins",
    "1 rue de l’Exemple",
    "1 Example Street",
)
# RFC 2606 2 and 3, RFC 6761: names that never belong to anybody.
_RESERVED = (".example", ".test", ".invalid", ".localhost")
_RESERVED_DOMAINS = ("example.com", "example.net", "example.org")


def refuse_what_the_world_must_not_see(
    connection: Connection, frame: Frame, list_id: int | None
) -> None:
    """Raise UnsafeSendError where the sample's own data would go to a relay that is not local."""
    if not frame.base_url.startswith("https://"):
        raise UnsafeSendError(
            f"site.base_url is {frame.base_url}: readers' unsubscribe links must be https",
            mend="set it to the https address of the reader pages (RFC 8058 3.1)",
        )
    if any(sample in frame.postal_address for sample in PLACEHOLDERS):
        raise UnsafeSendError(
            f"lists.{frame.list_key}.postal_address is the sample's", mend="write your own there"
        )
    if is_reserved(frame.sender.address):
        raise UnsafeSendError(
            f"lists.{frame.list_key}.from is the sample's: {frame.sender.address}",
            mend="write your own address there",
        )
    reserved = 0 if list_id is None else _reserved_readers(connection, list_id)
    if reserved:
        raise UnsafeSendError(
            f"{reserved} of the list's addresses are samples that nobody can have (RFC 2606)",
            mend="use a list of your own, or a database of its own for the sample",
        )


def is_reserved(address: str) -> bool:
    """Whether an address lies in a domain reserved for examples and tests."""
    domain = address.rpartition("@")[2].lower()
    return domain.endswith(_RESERVED) or domain in _RESERVED_DOMAINS


def _reserved_readers(connection: Connection, list_id: int) -> int:
    reserved = or_(
        *(Subscriber.address_key.endswith(end) for end in _RESERVED),
        *(Subscriber.address_key.endswith(f"@{domain}") for domain in _RESERVED_DOMAINS),
    )
    return connection.scalars(
        select(func.count())
        .select_from(Subscription)
        .join(Subscriber, Subscriber.id == Subscription.subscriber_id)
        .where(
            Subscription.list_id == list_id,
            Subscription.status == SubscriptionStatus.ACTIVE,
            reserved,
        )
    ).one()
