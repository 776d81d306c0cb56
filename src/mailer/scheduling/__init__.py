"""Scheduling: when issues go out, which, and who may stop them."""

from mailer.scheduling.acts import change_slot, hold, release, send_now
from mailer.scheduling.agenda import agenda
from mailer.scheduling.errors import ScheduleError
from mailer.scheduling.forecast import Forecast, forecast
from mailer.scheduling.life import SLOT_MOVES, SlotEvent, slot_after
from mailer.scheduling.means import Means, scheduled_list
from mailer.scheduling.pauses import PauseLine, add_pause, end_pauses, pauses_of
from mailer.scheduling.rules import ScheduledTime, moment, times_after, times_between, zone_of
from mailer.scheduling.scheduler import Scheduler
from mailer.scheduling.slots import SlotLine, list_of_slot, slot_of

__all__ = [
    "SLOT_MOVES",
    "Forecast",
    "Means",
    "PauseLine",
    "ScheduleError",
    "ScheduledTime",
    "Scheduler",
    "SlotEvent",
    "SlotLine",
    "add_pause",
    "agenda",
    "change_slot",
    "end_pauses",
    "forecast",
    "hold",
    "list_of_slot",
    "moment",
    "pauses_of",
    "release",
    "scheduled_list",
    "send_now",
    "slot_after",
    "slot_of",
    "times_after",
    "times_between",
    "zone_of",
]
