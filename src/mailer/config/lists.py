"""[lists]: the publications people subscribe to."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from mailer.config.rhythm import parse_rhythm
from mailer.config.schedules import Schedule
from mailer.config.table import Email, Locale, OneRate, Table, TimeZone, WebAddress
from mailer.config.values import Mailbox, Rate, parse_duration, parse_mailbox


class ColumnSettings(Table):
    """A standing column: what is the same each time it appears."""

    kicker: str = Field(description="The line above its title.")
    blurb: str = Field("", description="What the column is, in a sentence.")
    author: str = Field("", description="Who writes it.")
    photo: str = Field("", description="A picture beside config.toml, or nothing.")
    contact: str = Field("", description="How readers reach the author.")
    rhythm: Annotated[str, AfterValidator(parse_rhythm)] = Field(
        "", description="How often it appears: «every 2 issues»."
    )


class ListSettings(Table):
    """A publication people subscribe to."""

    title: str = Field(min_length=1, description="The name readers know.")
    sender: Annotated[Mailbox, BeforeValidator(parse_mailbox)] = Field(
        alias="from", description="The From line: Name <address>."
    )
    reply_to: Annotated[Mailbox | None, BeforeValidator(parse_mailbox)] = Field(
        None, description="Where answers go, where From does not receive them."
    )
    postal_address: str = Field(
        min_length=1, description="The publisher's postal address, shown in every mail."
    )
    contact: Email = Field(description="Where a reader reaches a person.")
    privacy_url: WebAddress = Field(description="The privacy notice.")
    description: str = Field("", description="One sentence for the pages where people sign up.")
    locale: Locale = Field("fr", description="The language of the list's frame.")
    timezone: TimeZone = Field("Europe/Paris", description="Dates are told in this zone.")
    template: str = Field(description="A folder of templates/.")
    list_id: str = Field("", description="The List-Id; by default the key at the sender's domain.")
    relays: tuple[str, ...] = Field(
        (), description="Names of [relays], tried side by side; by default all of them."
    )
    bounce_domain: str = Field(
        "",
        description="Where bounces go, each to an address of its own (VERP); below From's domain."
        " By default they go to From.",
    )
    expires_after: Annotated[timedelta | None, BeforeValidator(parse_duration)] = Field(
        None,
        description="When an issue is old news: a deferred copy of it is tried no longer. By"
        " default after delivery.retry_for.",
    )
    opt_in: Literal["double"] = Field(
        "double", description="A sign-up counts once it was confirmed by mail."
    )
    welcome: bool = Field(
        False,  # noqa: FBT003
        description="A mail with the way to the latest issue, once a sign-up is confirmed.",
    )
    sign_ups: OneRate = Field(
        Rate(1000, 3600), description="At most so many sign-ups for the list; then it says: later."
    )
    tracking: tuple[Literal["opens", "clicks", "forwards"], ...] = Field(
        (),
        description='What readers are asked to let us tie to them, one by one: "opens", "clicks",'
        ' "forwards".',
    )
    archive: bool = Field(
        default=True, description="Whether anybody may read past issues, by page and feed."
    )
    schedule: Schedule | None = Field(None, description="When its issues go out.")
    columns: dict[str, ColumnSettings] = Field({}, description="Standing columns by key.")

    @property
    def zone(self) -> ZoneInfo:
        """The list's time zone."""
        return ZoneInfo(self.timezone)
