"""What can be wrong with a mail being composed."""

from mailer.errors import InputError


class ComposingError(InputError):
    """An issue or a notice cannot become a mail as it stands."""
