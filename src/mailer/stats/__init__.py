"""Figures: what was followed, opened and passed on; of one reader only what they agreed to."""

from mailer.stats.counting import Collector, Followed, Visited
from mailer.stats.following import ReaderAct, forget_old, forget_reader
from mailer.stats.forwards import Branching, Forwards, came_through, forwards_of
from mailer.stats.forwards import as_data as branching_as_data
from mailer.stats.machines import is_machine

__all__ = [
    "Branching",
    "Collector",
    "Followed",
    "Forwards",
    "ReaderAct",
    "Visited",
    "branching_as_data",
    "came_through",
    "forget_old",
    "forget_reader",
    "forwards_of",
    "is_machine",
]
