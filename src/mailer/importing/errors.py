"""What is wrong with a file as a whole, or with what is said about it; rows are refused apart."""

from mailer.errors import InputError


class ImportFileError(InputError):
    """The file cannot be imported as it is, and nothing of it was."""


class BasisError(InputError):
    """The consent stated for the whole file is not complete."""
