"""Who reads: people, their subscriptions, and whom no mail may reach."""

from mailer.audience.life import MOVES, Event, ImpossibleMoveError, after
from mailer.audience.people import (
    Person,
    add_person,
    change_locale,
    ensure_list,
    find_person,
    get_person,
    lift_suppression,
    list_id,
    suppress,
)
from mailer.audience.permission import EVERY_LIST, may_be_mailed, suppressed, why_not
from mailer.audience.subscribing import (
    Act,
    Membership,
    confirm,
    leave,
    membership,
    membership_of,
    request,
    undo_leaving,
)

__all__ = [
    "EVERY_LIST",
    "MOVES",
    "Act",
    "Event",
    "ImpossibleMoveError",
    "Membership",
    "Person",
    "add_person",
    "after",
    "change_locale",
    "confirm",
    "ensure_list",
    "find_person",
    "get_person",
    "leave",
    "lift_suppression",
    "list_id",
    "may_be_mailed",
    "membership",
    "membership_of",
    "request",
    "suppress",
    "suppressed",
    "undo_leaving",
    "why_not",
]
