"""The pages readers click: joining, leaving, choosing, reading. A GET changes nothing."""

from mailer.web.app import create_app
from mailer.web.choosing import greet_returned
from mailer.web.signing_up import write_sign_ups
from mailer.web.site import Site

__all__ = ["Site", "create_app", "greet_returned", "write_sign_ups"]
