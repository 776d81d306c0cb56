"""Why an issue cannot be sent."""

from mailer.errors import InputError


class CampaignError(InputError):
    """This issue cannot be sent to this list as it stands."""


class ChangedIssueError(CampaignError):
    """The issue was changed after some of its readers got it."""


class UnsafeSendError(CampaignError):
    """Sending this to the world would shame the publisher or break the law."""
