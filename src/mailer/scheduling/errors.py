"""Why a schedule cannot do what a person asked of it."""

from mailer.errors import InputError


class ScheduleError(InputError):
    """There is no such slot, or it cannot be treated like that."""
