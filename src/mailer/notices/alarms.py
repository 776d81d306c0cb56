"""What the editors must hear of at once, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailer.address import without_addresses
from mailer.language import Language


class AlarmEvent(StrEnum):
    """What happened; the webhook's `type`."""

    SENT = "issue.sent"
    HELD = "issue.held"
    EMPTY = "slot.empty"
    RELAY_DOWN = "relay.down"
    BREAKER = "campaign.breaker"
    """Many refusals by policy in a row."""
    BRAKE = "campaign.brake"
    """Too many addresses refused."""
    CHILD_DIED = "service.child_died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One event, told once: by mail to the editors and, where one is set, to a webhook."""

    event: AlarmEvent
    list_key: str
    """In whose name and language it is told."""
    cause: str
    """Names the one event: a second alarm with the same cause is not sent."""
    issue: str = ""
    """The issue's slug."""
    campaign: int | None = None
    slot: datetime | None = None
    """The scheduled time it is about."""
    what: str = ""
    """The relay, or the part of the service."""
    why: str = ""
    """In a server's or the operator's words; addresses in it are blotted out."""
    figures: Mapping[str, int] = field(default_factory=dict)
    """Deliveries by state."""
    url: str = ""
    """Where a person can do something about it."""

    @property
    def reason(self) -> str:
        """`why`, as it may leave the house: nobody's address belongs in an alarm (GDPR 5(1)(c))."""
        return without_addresses(self.why)


@dataclass(frozen=True, slots=True)
class Words:
    """An alarm as a person reads it."""

    subject: str
    paragraphs: tuple[str, ...]


def in_words(alarm: Alarm, title: str, zone: ZoneInfo, language: Language) -> Words:
    """The alarm of the list with that title, in a language."""
    when = language.format_datetime(alarm.slot, zone, "full") if alarm.slot else ""
    values = {
        "title": title,
        "issue": alarm.issue,
        "when": when,
        "what": alarm.what,
        "campaign": alarm.campaign,
    }
    subject, meaning = _event(alarm.event, language, values)
    paragraphs = [*meaning, alarm.reason, _figures(alarm, language), alarm.url]
    return Words(subject, tuple(filter(None, paragraphs)))


def _event(
    event: AlarmEvent, language: Language, values: Mapping[str, object]
) -> tuple[str, tuple[str, ...]]:
    def _(message: str) -> str:
        return language.gettext(message, **values)

    match event:
        case AlarmEvent.SENT:
            return _("%(title)s: %(issue)s has been sent"), (
                _("Every copy of %(issue)s has its outcome."),
            )
        case AlarmEvent.HELD:
            return _("%(title)s: %(issue)s is held"), (
                _("It was due on %(when)s and was not sent. It goes out once it is released."),
            )
        case AlarmEvent.EMPTY:
            return _("%(title)s: no issue was ready"), (
                _("Nothing was sent on %(when)s: no issue of the list was ready."),
            )
        case AlarmEvent.RELAY_DOWN:
            return _("%(title)s: the mail server %(what)s takes nothing"), (
                _("Nothing is lost: what waits is tried again, less and less often."),
            )
        case AlarmEvent.BREAKER:
            return _("%(title)s: %(issue)s was paused"), (
                _("Refusals by policy, one after another: they are about us, not about readers."),
                _("Find out why, then type: mailer campaigns resume %(campaign)s"),
            )
        case AlarmEvent.BRAKE:
            return _("%(title)s: %(issue)s was paused"), (
                _("Too many addresses were refused. Nobody was suppressed yet."),
                _("Find out why, then type: mailer campaigns resume %(campaign)s"),
            )
        case AlarmEvent.CHILD_DIED:
            return _("%(title)s: a part of the service ended by itself"), (
                _("It was «%(what)s», and it is started again. The service's log tells more."),
            )


def outcome_names(language: Language) -> dict[str, str]:
    """What each state of a delivery is called in a language."""
    _ = language.gettext
    return {
        "accepted": _("accepted"),
        "deferred": _("deferred"),
        "failed": _("failed"),
        "skipped": _("skipped"),
        "in_doubt": _("in doubt"),
        "cancelled": _("cancelled"),
        "pending": _("waiting"),
        "taken": _("on their way"),
    }


def _figures(alarm: Alarm, language: Language) -> str:
    names = outcome_names(language)
    return "\n".join(
        f"{names.get(name, name)}: {language.format_number(count)}"
        for name, count in alarm.figures.items()
    )
