"""One click (RFC 8058): a mailbox provider's POST withdraws without a page, a cookie or a question.

Thousands press within the minute an issue arrives, so withdrawals are written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import PlainTextResponse

from mailer.audience import Act, Departure, leave_all
from mailer.campaigns import addressees
from mailer.keys import Keys
from mailer.store import Store
from mailer.tokens import InvalidTokenError, Use


@dataclass(frozen=True, slots=True)
class Press:
    """One press of the button: in which copy, and what is known of the request."""

    use: Use
    act: Act


def write_presses(store: Store, keys: Keys, presses: Sequence[Press]) -> list[bool]:
    """Withdraw for each press, in one transaction; False where its reader was erased since."""
    with store.write() as connection:
        readers = addressees(
            connection, {(press.use.campaign, press.use.delivery) for press in presses}
        )
        found = [readers.get((press.use.campaign, press.use.delivery)) for press in presses]
        departures = [
            Departure(*reader, press.act)
            for reader, press in zip(found, presses, strict=True)
            if reader
        ]
        leave_all(connection, keys, departures)
    return [reader is not None for reader in found]


def withdrawn(*, is_known: bool) -> Response:
    """The answer to a press (RFC 8058 3.2: no redirect); raises InvalidTokenError."""
    if not is_known:
        raise InvalidTokenError("this link is not valid")
    return PlainTextResponse("unsubscribed\n", headers={"Cache-Control": "no-store"})
