"""Issue folders, read: front matter, sections, Markdown and images become frozen values."""

from mailer.content.attributes import FIELDS
from mailer.content.errors import ContentError, DuplicateNumber
from mailer.content.finder import Survey, find_issues, survey_issues
from mailer.content.header import KEYS
from mailer.content.items import EVENT_WORDS
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
from mailer.content.reader import read_issue
from mailer.content.recurring import columns_in, due_columns, issues_since
from mailer.content.typography import typeset

__all__ = [
    "EVENT_WORDS",
    "FIELDS",
    "HOLE_CLOSE",
    "HOLE_OPEN",
    "KEYS",
    "KINDS",
    "PERSONAL_FIELDS",
    "STATUSES",
    "Brief",
    "Column",
    "ContentError",
    "DuplicateNumber",
    "Edition",
    "Event",
    "Group",
    "Image",
    "Issue",
    "IssueRef",
    "Kind",
    "Section",
    "Status",
    "Survey",
    "columns_in",
    "due_columns",
    "find_issues",
    "issues_since",
    "read_issue",
    "survey_issues",
    "typeset",
]
