"""Issue folders, read: front matter, sections, Markdown and images become frozen values."""

from mailer.content.model import (
    HOLE_CLOSE,
    HOLE_OPEN,
    KINDS,
    PERSONAL_FIELDS,
    STATUSES,
    Brief,
    Column,
    Edition,
    Event,
    Group,
    Image,
    Issue,
    IssueRef,
    Kind,
    Section,
    Status,
)

__all__ = [
    "HOLE_CLOSE",
    "HOLE_OPEN",
    "KINDS",
    "PERSONAL_FIELDS",
    "STATUSES",
    "Brief",
    "Column",
    "Edition",
    "Event",
    "Group",
    "Image",
    "Issue",
    "IssueRef",
    "Kind",
    "Section",
    "Status",
]
