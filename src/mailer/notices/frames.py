"""What stands around the mails of a configured list."""

from __future__ import annotations

from mailer.composing import Frame
from mailer.config import Workspace
from mailer.rendering import Templates
from mailer.store.tables import Purpose


def frame_of(workspace: Workspace, list_key: str) -> Frame:
    """The frame of a list as config.toml has it now; raises ConfigError for an unknown list."""
    mailing_list = workspace.list(list_key)
    return Frame(
        list_key=list_key,
        title=mailing_list.title,
        sender=mailing_list.sender,
        # RFC 2919 3: below a domain we control, and the same for as long as the list lives.
        list_id=mailing_list.list_id or f"{list_key}.{mailing_list.sender.domain}",
        postal_address=mailing_list.postal_address,
        contact=mailing_list.contact,
        privacy_url=mailing_list.privacy_url,
        base_url=workspace.settings.site.base_url,
        locale=mailing_list.locale,
        timezone=mailing_list.timezone,
        reply_to=mailing_list.reply_to,
        description=mailing_list.description,
        archive=f"{workspace.settings.site.base_url}/a/{list_key}" if mailing_list.archive else "",
        unsubscribe_address=workspace.settings.inbound.address or "",
    )


def templates_of(workspace: Workspace, list_key: str) -> Templates:
    """The template set of a list, read and checked anew."""
    own = workspace.templates / workspace.list(list_key).template
    return Templates(own, base=workspace.shared_templates)


def wording_for(
    templates: Templates, frame: Frame, locale: str, purpose: Purpose = Purpose.RECEIVE
) -> str:
    """The exact text a person is shown when asked to agree to a purpose (GDPR 7(1))."""
    file = "consent" if purpose is Purpose.RECEIVE else f"consent-{purpose}"
    layout = templates.text(f"{file}.{locale}", {"list": frame}, locale=locale)
    return layout.fill({}).strip()
