"""An issue before its readers see it: as files, and as a page that follows its author."""

from mailer.desk.preview.app import USUAL_PORT, preview_app
from mailer.desk.preview.reader import PreviewReader, known_reader
from mailer.desk.preview.writing import Preview, shown_copy, write_preview

__all__ = [
    "USUAL_PORT",
    "Preview",
    "PreviewReader",
    "known_reader",
    "preview_app",
    "shown_copy",
    "write_preview",
]
