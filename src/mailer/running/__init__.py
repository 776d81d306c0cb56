"""What stays alive: the reader pages, and the outbox that empties beside them."""

from mailer.running.serving import PortTakenError, serve

__all__ = ["PortTakenError", "serve"]
