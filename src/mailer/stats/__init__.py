"""Figures: what was followed and opened, counted without naming anybody."""

from mailer.stats.counting import count_link, count_page
from mailer.stats.machines import is_machine

__all__ = ["count_link", "count_page", "is_machine"]
