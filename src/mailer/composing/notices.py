"""A mail that is no issue: confirmation, goodbye, access link. Same machinery, never tracking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailer.composing.compiling import checked, marked_test
from mailer.composing.frame import Frame
from mailer.composing.frozen import FrozenMail, Headers
from mailer.composing.mail import Mail
from mailer.errors import Where
from mailer.message import DkimSigner, boundary_for
from mailer.rendering import Templates


def compile_notice(
    templates: Templates,
    name: str,
    context: Mapping[str, object],
    frame: Frame,
    *,
    subject: str,
    locale: str,
    signers: Sequence[DkimSigner] = (),
) -> Mail:
    """The mail of `name`.mjml and `name`.txt, filled with `context` and `list` (the frame).

    It says Auto-Submitted (RFC 3834 5), and carries no List-Unsubscribe: it belongs to no list's
    subscription. `subject` is plain text in the notice's language.
    """
    names = {"list": frame, **context}
    reply_to = frame.reply_to
    return Mail(
        FrozenMail(
            locale=locale,
            headers=Headers(
                sender=(frame.sender.name, frame.sender.address),
                reply_to=(reply_to.name, reply_to.address) if reply_to else None,
                automatic=True,
            ),
            subject=marked_test(templates.line(subject, Where(f"{name} notice"))),
            html=checked(templates.html(name, names, locale=locale)),
            text=checked(templates.text(name, names, locale=locale)),
            boundary=boundary_for(f"notice {name} {locale}"),
        ),
        signers,
    )
