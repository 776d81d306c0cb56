"""What a session asks of the room above it: messages, a journal, an ear for outcomes."""

from __future__ import annotations

from typing import Protocol

from mailer.smtp.envelope import Envelope, Outcome


class Feed(Protocol):
    """What the upper room does for a session; everything is called on the event loop's thread.

    Whatever these raise ends the session and comes out of `Session.done`.
    """

    def take(self) -> Envelope | None:
        """The next message, content ready; None when there is none now.

        After None the session waits for `wake`. Each envelope handed over comes back in exactly
        one Outcome, through `commit` or `settle`.
        """
        ...

    def commit(self, done: Outcome | None, intent: Envelope) -> bool | None:
        """Called right before the content of `intent` leaves: both can be journalled in one write.

        `done` is what became of the message before on this connection, if that is not yet told.
        Returning False, or raising, keeps the content back: `done` then comes to `settle` as if
        it had never been handed over here, and the connection ends, for after 354 there is no
        other way back that would not send an empty message.
        """
        ...

    def settle(self, outcome: Outcome) -> None:
        """What became of a message, when no further content goes out that could carry it."""
        ...
