"""What stays alive: the whole service under one supervisor, or the pages with their outbox."""

from mailer.running.life import PART_MOVES
from mailer.running.logs import set_up_logs
from mailer.running.pages import PortTakenError
from mailer.running.service import Addresses, run_service
from mailer.running.serving import serve
from mailer.running.showing import show

__all__ = [
    "PART_MOVES",
    "Addresses",
    "PortTakenError",
    "run_service",
    "serve",
    "set_up_logs",
    "show",
]
