"""Files that people bring: recognised, checked row by row, and taken in with their evidence."""

from mailer.importing.basis import Basis, read_basis
from mailer.importing.columns import Columns, recognise_columns
from mailer.importing.delimiters import DELIMITERS
from mailer.importing.errors import BasisError, ImportFileError
from mailer.importing.figures import Figures, Reason
from mailer.importing.importer import Desk, Outcome, import_rows
from mailer.importing.register import FileFacts, Register
from mailer.importing.rehearsal import Rehearsal
from mailer.importing.report import Report, default_report
from mailer.importing.rows import Candidate, Refusal, read_row
from mailer.importing.survey import Survey, survey
from mailer.importing.terms import Terms

__all__ = [
    "DELIMITERS",
    "Basis",
    "BasisError",
    "Candidate",
    "Columns",
    "Desk",
    "Figures",
    "FileFacts",
    "ImportFileError",
    "Outcome",
    "Reason",
    "Refusal",
    "Register",
    "Rehearsal",
    "Report",
    "Survey",
    "Terms",
    "default_report",
    "import_rows",
    "read_basis",
    "read_row",
    "recognise_columns",
    "survey",
]
