"""The letters of joining and leaving: what they say, why they may be sent, and what causes them.

A confirmation advertises nothing (BGH, I ZR 164/09; OLG München, 29 U 1682/12). None of these
carries content chosen by whoever filled in a form, nor any tracking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from mailer.address import Address
from mailer.composing import Frame, Reader, compile_notice
from mailer.keys import Keys
from mailer.language import translator
from mailer.message import DkimSigner, message_id
from mailer.notices.outbox import Outgoing, enqueue
from mailer.rendering import Templates
from mailer.store.tables import LegalBasis, NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One notice in words: a heading, paragraphs, perhaps a button, and why it was sent."""

    kind: NoticeKind
    legal_basis: LegalBasis
    subject: str
    paragraphs: tuple[str, ...]
    reason: str
    button_label: str = ""
    button_url: str = ""


def confirmation(frame: Frame, locale: str, url: str) -> Letter:
    """Asks the owner of an address whether they want to subscribe (GDPR 4(11), 7(1))."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.CONFIRMATION,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Please confirm: %(title)s", title=frame.title),
        paragraphs=(
            _(
                "Somebody, we hope you, entered this address to receive %(title)s.",
                title=frame.title,
            ),
            _("Nothing will be sent before you confirm. If it was not you, do nothing at all."),
        ),
        reason=_("You get this one message because this address was entered on our page."),
        button_label=_("Confirm my subscription"),
        button_url=url,
    )


def already_subscribed(frame: Frame, locale: str, url: str) -> Letter:
    """Tells a reader that somebody entered their address again; the page never tells."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.ALREADY_SUBSCRIBED,
        legal_basis=LegalBasis.REQUEST,
        subject=_("You are subscribed already: %(title)s", title=frame.title),
        paragraphs=(
            _(
                "Somebody, we hope you, entered this address to receive %(title)s.",
                title=frame.title,
            ),
            _("You receive it already, so nothing changes."),
        ),
        reason=_("You get this one message because this address was entered on our page."),
        button_label=_("See my preferences"),
        button_url=url,
    )


def welcome(frame: Frame, locale: str, url: str) -> Letter:
    """Greets a reader who has just confirmed, with the way to the latest issue."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.WELCOME,
        legal_basis=LegalBasis.REQUEST,
        subject=_("Welcome to %(title)s", title=frame.title),
        paragraphs=(
            _("Your subscription to %(title)s is confirmed: thank you.", title=frame.title),
            _("The next issue comes to you by itself. Until then, here is the latest one."),
        ),
        reason=_("You get this message because you have just confirmed your subscription."),
        button_label=_("Read the latest issue"),
        button_url=url,
    )


def goodbye(frame: Frame, locale: str, url: str) -> Letter:
    """Says that the subscription has ended, and how to take that back (GDPR 7(3))."""
    _ = translator(locale).gettext
    return Letter(
        kind=NoticeKind.GOODBYE,
        legal_basis=LegalBasis.REQUEST,
        subject=_("You have left: %(title)s", title=frame.title),
        paragraphs=(
            _("You will receive no further issue of %(title)s.", title=frame.title),
            _("If it was not you, or not on purpose, you can take it back within 30 days."),
        ),
        reason=_("You get this one message because your subscription has just ended."),
        button_label=_("Take it back"),
        button_url=url,
    )


def post(
    connection: Connection,
    letter: Letter,
    *,
    to: Address,
    cause: str,
    frame: Frame,
    templates: Templates,
    locale: str,
    list_id: int,
    keys: Keys,
    now: datetime,
    signers: Sequence[DkimSigner] = (),
) -> bool:
    """Write a letter into the outbox; returns whether its cause was new."""
    button = {"url": letter.button_url, "label": letter.button_label}
    mail = compile_notice(
        templates,
        "notice",
        {
            "title": letter.subject,
            "paragraphs": letter.paragraphs,
            "button": button if letter.button_url else None,
            "reason": letter.reason,
        },
        frame,
        subject=letter.subject,
        locale=locale,
        signers=signers,
    )
    sender = frame.sender.address
    reader = Reader(
        address=to,
        locale=locale,
        message_id=message_id(keys.messages, f"notice:{cause}", sender.rpartition("@")[2]),
        date=now.replace(microsecond=0),
    )
    return enqueue(
        connection,
        Outgoing(
            kind=letter.kind,
            legal_basis=letter.legal_basis,
            cause=cause,
            list_id=list_id,
            sender=sender,
            recipient=str(to),
            content=mail.wire(reader),
        ),
        now=now,
    )
