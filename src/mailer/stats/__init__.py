"""Figures: what was followed, opened and passed on; of one reader only what they agreed to."""

from mailer.stats.charts import issue_page, issues_page
from mailer.stats.counting import Collector, Followed, Visited
from mailer.stats.figures import (
    Failure,
    IssueFigures,
    LinkFigures,
    StatsError,
    figures_named,
    issue_figures,
    latest_figures,
)
from mailer.stats.following import ReaderAct, forget_old, forget_reader
from mailer.stats.forwards import Branching, Forwards, came_through, forwards_of
from mailer.stats.forwards import as_data as branching_as_data
from mailer.stats.machines import is_machine
from mailer.stats.reporting import tell_editors

__all__ = [
    "Branching",
    "Collector",
    "Failure",
    "Followed",
    "Forwards",
    "IssueFigures",
    "LinkFigures",
    "ReaderAct",
    "StatsError",
    "Visited",
    "branching_as_data",
    "came_through",
    "figures_named",
    "forget_old",
    "forget_reader",
    "forwards_of",
    "is_machine",
    "issue_figures",
    "issue_page",
    "issues_page",
    "latest_figures",
    "tell_editors",
]
