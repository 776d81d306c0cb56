"""The publisher's desk: seeing an issue before its readers do, and the keys that sign it."""

from mailer.desk.dkim import PublishedKey, config_lines, dkim_keys, make_dkim_keys
from mailer.desk.errors import DkimKeyError
from mailer.desk.previewing import Preview, write_preview

__all__ = [
    "DkimKeyError",
    "Preview",
    "PublishedKey",
    "config_lines",
    "dkim_keys",
    "make_dkim_keys",
    "write_preview",
]
