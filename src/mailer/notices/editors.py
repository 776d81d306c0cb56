"""An alarm to the editors, written in the transaction that causes it.

It stands on no template of the publisher's: what is wrong may be the template.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

from sqlalchemy import Connection

from mailer.address import Address
from mailer.audience import ensure_list
from mailer.composing import Frame, FrozenMail, Headers, Mail, Reader
from mailer.config import Workspace
from mailer.keys import Keys
from mailer.language import translator
from mailer.message import boundary_for, message_id
from mailer.notices.alarms import Alarm, Words, in_words
from mailer.notices.frames import frame_of
from mailer.notices.outbox import Outgoing, enqueue
from mailer.notices.signing import signers_of
from mailer.notices.webhook import call_webhook
from mailer.rendering import Layout, Static
from mailer.store.tables import LegalBasis, NoticeKind


def alarm(
    connection: Connection, workspace: Workspace, keys: Keys, alarm: Alarm, *, now: datetime
) -> bool:
    """Tell the editors, and the webhook where one is set; returns whether it was news.

    A notice to each of site.editors and a call are written, once for each cause; they leave when
    the transaction is committed. Raises ConfigError for an unknown list or a key that cannot sign.
    """
    frame = frame_of(workspace, alarm.list_key)
    words = in_words(
        alarm, frame.title, workspace.list(alarm.list_key).zone, translator(frame.locale)
    )
    sender = frame.sender.address
    domain = sender.rpartition("@")[2]
    mail = Mail(_frozen(words, frame), signers_of(workspace, domain))
    list_id = ensure_list(connection, alarm.list_key)
    is_news = False
    for number, editor in enumerate(workspace.settings.site.editors, 1):
        cause = f"alarm:{alarm.event}:{alarm.cause}:{number}"
        to = Address.parse(editor)
        reader = Reader(
            address=to,
            locale=frame.locale,
            message_id=message_id(keys.messages, f"notice:{cause}", domain),
            date=now.replace(microsecond=0),
        )
        is_news |= enqueue(
            connection,
            Outgoing(
                kind=NoticeKind.ALARM,
                legal_basis=LegalBasis.INTEREST,
                cause=cause,
                list_id=list_id,
                sender=sender,
                recipient=str(to),
                content=mail.wire(reader),
            ),
            now=now,
        )
    if workspace.settings.alarms.webhook:
        is_news |= call_webhook(connection, keys, alarm, now=now)
    return is_news


def _frozen(words: Words, frame: Frame) -> FrozenMail:
    text = "\n\n".join(words.paragraphs)
    return FrozenMail(
        locale=frame.locale,
        headers=Headers(sender=(frame.sender.name, frame.sender.address), automatic=True),
        subject=Layout((Static(words.subject),)),
        html=Layout((Static(_page(words, frame.locale)),)),
        text=Layout((Static(f"{text}\n"),)),
        boundary=boundary_for(f"alarm {frame.locale}"),
    )


def _page(words: Words, locale: str) -> str:
    language = translator(locale)
    paragraphs = "".join(
        f"<p>{escape(paragraph).replace(chr(10), '<br>')}</p>\n" for paragraph in words.paragraphs
    )
    return (
        f'<!doctype html>\n<html lang="{language.code}" dir="{language.direction}">\n'
        f'<head><meta charset="utf-8"><title>{escape(words.subject)}</title></head>\n'
        '<body style="font:16px/1.5 sans-serif;max-width:40em;margin:1em">\n'
        f'<h1 style="font-size:1.25em">{escape(words.subject)}</h1>\n{paragraphs}</body>\n</html>\n'
    )
