"""Scheduling: when issues go out, which, and who may stop them."""

from mailer.scheduling.errors import ScheduleError
from mailer.scheduling.life import SLOT_MOVES, SlotEvent, slot_after
from mailer.scheduling.rules import ScheduledTime, moment, times_after, times_between, zone_of
from mailer.scheduling.scheduler import LOOK_AGAIN, Scheduler

__all__ = [
    "LOOK_AGAIN",
    "SLOT_MOVES",
    "ScheduleError",
    "ScheduledTime",
    "Scheduler",
    "SlotEvent",
    "moment",
    "slot_after",
    "times_after",
    "times_between",
    "zone_of",
]
