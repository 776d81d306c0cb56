"""The letters that follow a reader's choices: what was changed, where to, and what was missed.

A copy gets forwarded: whatever is changed through its links is told to the reader.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailer.composing import Frame
from mailer.language import translator
from mailer.notices.letters import Letter
from mailer.store.tables import LegalBasis, NoticeKind


def changed(frame: Frame, locale: str, what: Sequence[str], url: str) -> Letter:
    """Tells a reader which of their choices were changed, and where they can change them back."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.ACCESS,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Your preferences have changed: %(title)s", title=frame.title),
        paragraphs=(
            *what,
            _("If it was not you, one press puts it right: this link is yours alone."),
        ),
        reason=_("You get this message because your preferences were changed on our page."),
        button_label=_("See my preferences"),
        button_url=url,
    )


def own_link(frame: Frame, locale: str, url: str) -> Letter:
    """Sends the link to all of a person's choices to the only one who should hold it."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.ACCESS,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Your own link: %(title)s", title=frame.title),
        paragraphs=(
            _("Here you can choose your letters and change your address. Keep it to yourself."),
        ),
        reason=_("You get this message because it was asked for on our page."),
        button_label=_("See my preferences"),
        button_url=url,
    )


def new_address(frame: Frame, locale: str, url: str) -> Letter:
    """Asks the owner of an address whether a reader's mail may come there."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.ADDRESS_CHANGE,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Please confirm your new address: %(title)s", title=frame.title),
        paragraphs=(
            _(
                "A reader of %(title)s wants their letters to come to this address.",
                title=frame.title,
            ),
            _("Nothing changes before you confirm. If it was not you, do nothing at all."),
        ),
        reason=_("You get this one message because this address was entered on our page."),
        button_label=_("Write to me here"),
        button_url=url,
    )


def moved(frame: Frame, locale: str, masked: str, url: str) -> Letter:
    """Tells the old address where the mail goes from now on, and how to take that back."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.ADDRESS_CHANGE,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Your address has changed: %(title)s", title=frame.title),
        paragraphs=(
            _("From now on your letters go to %(address)s.", address=masked),
            _("If it was not you, or not on purpose, you can take it back within 30 days."),
        ),
        reason=_("You get this one message because your address was changed."),
        button_label=_("Take it back"),
        button_url=url,
    )


def back_again(frame: Frame, locale: str, missed: Sequence[str], url: str) -> Letter:
    """Greets a reader after a pause, with the list of what went out meanwhile."""
    _ = translator(locale).gettext
    nothing = _("Nothing went out while you were away.")
    some = _("The next issue comes to you again. Meanwhile there were:")
    return Letter(
        kind=NoticeKind.WELCOME,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Your pause is over: %(title)s", title=frame.title),
        paragraphs=(some, *missed) if missed else (nothing,),
        reason=_("You get this message because the pause you asked for is over."),
        button_label=_("Read the latest issue") if url else "",
        button_url=url,
    )
