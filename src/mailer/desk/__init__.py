"""The publisher's desk: seeing an issue before its readers do."""

from mailer.desk.previewing import Preview, write_preview

__all__ = ["Preview", "write_preview"]
