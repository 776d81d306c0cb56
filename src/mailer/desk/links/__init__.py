"""Where an issue's links lead today: asked of their servers, politely."""

from mailer.desk.links.asking import Asker, asker_for
from mailer.desk.links.following import MOST_AT_ONCE, MOST_HOPS, Hop, Trail, follow_all
from mailer.desk.links.judging import link_findings

__all__ = [
    "MOST_AT_ONCE",
    "MOST_HOPS",
    "Asker",
    "Hop",
    "Trail",
    "asker_for",
    "follow_all",
    "link_findings",
]
