"""What can befall a message, and what follows for the reader and for the campaign."""

from mailer.outcomes.braking import Trip, Watch
from mailer.outcomes.classifying import DEAD_CODES, Verdict, verdict
from mailer.outcomes.consequences import follow_up, verdict_of

__all__ = ["DEAD_CODES", "Trip", "Verdict", "Watch", "follow_up", "verdict", "verdict_of"]
