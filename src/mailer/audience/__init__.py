"""Who reads: people, their subscriptions, and whom no mail may reach."""

from mailer.audience.cells import guard_cell, unguard_cell
from mailer.audience.departing import Departure, leave_all
from mailer.audience.enrolling import (
    Move,
    Newcomer,
    Standing,
    Word,
    known_among,
    move_all,
    standings,
    suppressed_among,
    take_in,
)
from mailer.audience.explaining import KeptOut, Why, explain, kept_out
from mailer.audience.life import MOVES, Event, ImpossibleMoveError, after
from mailer.audience.limits import forget_count, is_within_limit
from mailer.audience.membership import Act, Membership, membership, membership_of, pending_of
from mailer.audience.people import (
    Person,
    add_person,
    change_locale,
    ensure_list,
    find_person,
    get_person,
    lift_suppression,
    list_id,
    shut_out,
    suppress,
)
from mailer.audience.permission import EVERY_LIST, may_be_mailed, suppressed, why_not
from mailer.audience.subscribing import confirm, leave, request, undo_leaving
from mailer.audience.tracking import (
    NOT_AGAIN_FOR,
    TRACKING,
    asked_purposes,
    choose_tracking,
    may_be_asked,
    permits_tracking,
    requested_tracking,
    tracking_of,
)
from mailer.audience.waiting import Asked, note_sign_up, take_sign_ups

__all__ = [
    "EVERY_LIST",
    "MOVES",
    "NOT_AGAIN_FOR",
    "TRACKING",
    "Act",
    "Asked",
    "Departure",
    "Event",
    "ImpossibleMoveError",
    "KeptOut",
    "Membership",
    "Move",
    "Newcomer",
    "Person",
    "Standing",
    "Why",
    "Word",
    "add_person",
    "after",
    "asked_purposes",
    "change_locale",
    "choose_tracking",
    "confirm",
    "ensure_list",
    "explain",
    "find_person",
    "forget_count",
    "get_person",
    "guard_cell",
    "is_within_limit",
    "kept_out",
    "known_among",
    "leave",
    "leave_all",
    "lift_suppression",
    "list_id",
    "may_be_asked",
    "may_be_mailed",
    "membership",
    "membership_of",
    "move_all",
    "note_sign_up",
    "pending_of",
    "permits_tracking",
    "request",
    "requested_tracking",
    "shut_out",
    "standings",
    "suppress",
    "suppressed",
    "suppressed_among",
    "take_in",
    "take_sign_ups",
    "tracking_of",
    "undo_leaving",
    "unguard_cell",
    "why_not",
]
