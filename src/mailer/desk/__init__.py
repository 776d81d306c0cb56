"""The publisher's desk: beginning, writing, seeing an issue before its readers do."""

from mailer.desk.dkim import PublishedKey, config_lines, dkim_keys, make_dkim_keys
from mailer.desk.errors import DkimKeyError, TemplateExistsError, WorkspaceExistsError
from mailer.desk.new_issue import NewIssue, columns_due, make_issue, next_day
from mailer.desk.new_template import make_template
from mailer.desk.new_workspace import Publication, key_of, make_workspace

__all__ = [
    "DkimKeyError",
    "NewIssue",
    "Publication",
    "PublishedKey",
    "TemplateExistsError",
    "WorkspaceExistsError",
    "columns_due",
    "config_lines",
    "dkim_keys",
    "key_of",
    "make_dkim_keys",
    "make_issue",
    "make_template",
    "make_workspace",
    "next_day",
]
