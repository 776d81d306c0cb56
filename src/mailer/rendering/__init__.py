"""Templates with two stages: text that is filled once an issue, then once a reader."""

from mailer.rendering.charts import Bar, Section, figures_page, figures_text
from mailer.rendering.checker import check_mjml
from mailer.rendering.columns import columns, underlined, wrapped
from mailer.rendering.errors import FillError, TemplateError
from mailer.rendering.expressions import FOLLOW, LINKS, NAMES, PIXEL, Values, evaluator, names_in
from mailer.rendering.layout import (
    ESCAPED,
    ESCAPES,
    Arm,
    Branch,
    Escape,
    Layout,
    Node,
    Static,
    Value,
    safe,
)
from mailer.rendering.marks import HOLE_CLOSE, HOLE_OPEN
from mailer.rendering.markup import attributes_of, rewrite_tags
from mailer.rendering.plain import Note, Notes, html_to_text
from mailer.rendering.templates import Templates
from mailer.rendering.tree import Element, parse_html

__all__ = [
    "ESCAPED",
    "ESCAPES",
    "FOLLOW",
    "HOLE_CLOSE",
    "HOLE_OPEN",
    "LINKS",
    "NAMES",
    "PIXEL",
    "Arm",
    "Bar",
    "Branch",
    "Element",
    "Escape",
    "FillError",
    "Layout",
    "Node",
    "Note",
    "Notes",
    "Section",
    "Static",
    "TemplateError",
    "Templates",
    "Value",
    "Values",
    "attributes_of",
    "check_mjml",
    "columns",
    "evaluator",
    "figures_page",
    "figures_text",
    "html_to_text",
    "names_in",
    "parse_html",
    "rewrite_tags",
    "safe",
    "underlined",
    "wrapped",
]
