"""The subscribe form: what it asks, what somebody filled in, and what is wrong with that."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from mailer.address import Address, AddressError
from mailer.audience import asked_purposes
from mailer.language import translator
from mailer.notices import wording_for
from mailer.store.tables import Purpose
from mailer.tokens import InvalidTokenError, TokenPurpose
from mailer.web.site import Site

LONGEST_NAME = 100
# A name that carries a link would make our mails carry it to whomever the signer chose.
_NO_NAME = re.compile(r"://|www\.|@|[\x00-\x1f\x7f-\x9f<>]")
# Nobody reads, types and ticks faster; a page that lay open for a day is asked once more.
QUICKEST = timedelta(seconds=2)
SLOWEST = timedelta(days=1)


class Filled(BaseModel):
    """A form as it was posted."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    email: str = ""
    name: str = ""
    agreed: str = ""
    wording: str = ""
    """The version of the words that were shown."""
    opens: str = ""
    clicks: str = ""
    forwards: str = ""
    """Where ticked, the version of its words."""
    lang: str = ""
    shown: str = ""
    """Signed: when the form was shown."""
    homepage: str = ""
    """Hidden from people; what fills it in is none."""

    def ticked(self, purpose: Purpose) -> str:
        """What the box of a tracking purpose says."""
        return str(getattr(self, purpose.value))


@dataclass(frozen=True, slots=True)
class Form:
    """The form as somebody left it: what they typed and ticked, and what is wrong with it."""

    email: str = ""
    name: str = ""
    is_agreed: bool = False
    ticked: frozenset[Purpose] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)
    """By field: email, name, agreed, tracking; and «again»."""


EMPTY = Form()


@dataclass(frozen=True, slots=True)
class Words:
    """What a person is asked to agree to: receiving the list, and each tracking it asks for."""

    receive: str
    tracking: Mapping[Purpose, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A form that is filled in well."""

    address: Address
    name: str
    words: Words
    """Only what was agreed to."""


def words_of(site: Site, list_key: str, locale: str) -> Words:
    """The words as the template set has them now."""
    templates, frame = site.templates(list_key), site.frame(list_key)
    asked = asked_purposes(site.workspace.list(list_key).tracking)
    return Words(
        wording_for(templates, frame, locale),
        {each: wording_for(templates, frame, locale, each) for each in asked},
    )


def version_of(wording: str) -> str:
    """Tells whether the words that were shown are still the words that stand."""
    return hashlib.sha256(wording.encode()).hexdigest()[:16]


def form_context(site: Site, list_key: str, locale: str, form: Form) -> dict[str, Any]:
    """What the form's template needs."""
    words = words_of(site, list_key, locale)
    return {
        "wording": words.receive,
        "wording_version": version_of(words.receive),
        "tracking": [
            (purpose.value, text, version_of(text), purpose in form.ticked)
            for purpose, text in words.tracking.items()
        ],
        "form": form,
        "shown": shown_now(site),
    }


def shown_now(site: Site) -> str:
    """Tells, signed, when a form was shown."""
    return site.signer.sign(TokenPurpose.FORM, int(site.clock().timestamp()))


def checked(site: Site, filled: Filled, words: Words, locale: str) -> Wish | Form:
    """What is asked for; or the form to be shown again, saying what is wrong with it."""
    _ = translator(locale).gettext
    errors: dict[str, str] = {}
    address = None
    try:
        address = Address.parse(filled.email)
    except AddressError:
        errors["email"] = _("This does not look like an e-mail address: name@example.org")
    if len(filled.name) > LONGEST_NAME or _NO_NAME.search(filled.name):
        errors["name"] = _("Please enter a name, or leave the field empty.")
    agreement = _agreement_error(filled, words, locale)
    if agreement:
        errors["agreed"] = agreement
    agreed = {each: text for each, text in words.tracking.items() if filled.ticked(each)}
    if any(filled.ticked(each) != version_of(text) for each, text in agreed.items()):
        errors["tracking"] = _(
            "These words have changed since you opened the page: please read them again."
        )
    is_elsewhere = not filled.shown and not filled.wording
    if is_elsewhere:  # a form on another site: our page shows the words first
        errors = {}
    elif not errors and not is_in_time(site, filled.shown, site.clock()):
        errors["again"] = _("Please press the button once more.")
    if errors or address is None or is_elsewhere:
        return Form(
            filled.email,
            filled.name,
            is_agreed=bool(filled.agreed) and not agreement,
            ticked=frozenset() if "tracking" in errors else frozenset(agreed),
            errors=errors,
        )
    return Wish(address, filled.name.strip(), Words(words.receive, agreed))


def is_in_time(site: Site, shown: str, now: datetime) -> bool:
    """Whether a form was on somebody's screen long enough to be read, and not for ever."""
    try:
        (seconds,) = site.signer.read(TokenPurpose.FORM, shown)
    except (InvalidTokenError, ValueError):
        return False
    age = now.timestamp() - seconds
    return QUICKEST.total_seconds() <= age <= SLOWEST.total_seconds()


def _agreement_error(filled: Filled, words: Words, locale: str) -> str:
    """Why there is no consent to exactly these words."""
    _ = translator(locale).gettext
    if not filled.agreed:
        return _("Please tick the box: without your consent nothing may be sent.")
    if filled.wording != version_of(words.receive):
        return _("These words have changed since you opened the page: please read them again.")
    return ""
