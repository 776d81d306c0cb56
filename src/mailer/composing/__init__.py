"""An issue or a notice becomes a compiled mail, and a compiled mail one reader's bytes."""

from mailer.composing.advice import GMAIL_CLIP
from mailer.composing.compiling import Draft, IssueView, compile_issue
from mailer.composing.errors import ComposingError
from mailer.composing.examined import TEMPLATE
from mailer.composing.findings import Finding
from mailer.composing.followed import with_follow_holes
from mailer.composing.frame import Frame, Mailbox
from mailer.composing.frozen import FrozenMail, Headers
from mailer.composing.glance import Glance, glances
from mailer.composing.known import with_known
from mailer.composing.leading import links_written
from mailer.composing.links import Link
from mailer.composing.mail import Mail
from mailer.composing.notices import compile_notice
from mailer.composing.preflight import preflight
from mailer.composing.proofs import Words as ProofWords
from mailer.composing.proofs import proof_of, words_alone
from mailer.composing.reader import Reader

__all__ = [
    "GMAIL_CLIP",
    "TEMPLATE",
    "ComposingError",
    "Draft",
    "Finding",
    "Frame",
    "FrozenMail",
    "Glance",
    "Headers",
    "IssueView",
    "Link",
    "Mail",
    "Mailbox",
    "ProofWords",
    "Reader",
    "compile_issue",
    "compile_notice",
    "glances",
    "links_written",
    "preflight",
    "proof_of",
    "with_follow_holes",
    "with_known",
    "words_alone",
]
