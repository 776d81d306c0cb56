"""What can be wrong with the database."""

from mailer.errors import MailerError


class StoreError(MailerError):
    """The database cannot be used."""


class OldDatabaseError(StoreError):
    """The database was made by an earlier version of the mailer."""


class NewDatabaseError(StoreError):
    """The database was made by a later version of the mailer."""
