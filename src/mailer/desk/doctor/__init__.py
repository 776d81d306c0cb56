"""The doctor: what is wrong with a workspace, its relay and its domain, and how to mend it."""

from mailer.desk.doctor.diagnosis import Diagnosis, Health
from mailer.desk.doctor.examining import examine
from mailer.desk.doctor.lookups import Lookups

__all__ = ["Diagnosis", "Health", "Lookups", "examine"]
