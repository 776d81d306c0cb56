"""One reader's copy of a campaign: their personal links, their name, their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypedDict

from mailer.address import Address
from mailer.campaigns.frozen import FrozenCampaign
from mailer.campaigns.mailto import leaving_mailto
from mailer.campaigns.tracked import NOTHING
from mailer.clock import Clock
from mailer.composing import FrozenMail, Mail, Reader, with_follow_holes, with_known
from mailer.keys import Keys
from mailer.message import DkimSigner, message_ids
from mailer.store.tables import Purpose
from mailer.tokens import Signer, TokenPurpose

# Every copy has these, each with its own signature.
_ALWAYS = frozenset({"links.unsubscribe", "links.preferences", "links.view"})
_SECOND = timedelta(seconds=1)


class Recipient(Protocol):
    """What a copy needs to know of its reader."""

    @property
    def delivery_id(self) -> int: ...  # noqa: D102
    @property
    def address(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def locale(self) -> str: ...  # noqa: D102
    @property
    def attributes(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def tracked(self) -> frozenset[Purpose]: ...  # noqa: D102
    @property
    def share_id(self) -> str | None: ...  # noqa: D102


class LinkSet(TypedDict):
    """Where the personal links of one copy lead."""

    unsubscribe: str
    unsubscribe_mailto: str
    preferences: str
    view: str
    share: str
    subscribe: str
    pixel: str
    follow: str


class Copies:
    """Makes the copies of one campaign; pages need no signers, what leaves is signed by them.

    Who agreed to be followed, or to a pixel or a share link of their own, gets the second variant
    of the mail, compiled when the first of them comes.
    """

    def __init__(
        self,
        campaign: FrozenCampaign,
        keys: Keys,
        clock: Clock,
        signers: Sequence[DkimSigner] = (),
    ) -> None:
        self._frozen = {
            locale: FrozenMail.from_json(mail) for locale, mail in campaign.mails.items()
        }
        main = campaign.frame["locale"]
        self._main = main if main in self._frozen else next(iter(self._frozen))
        self._links = PersonalLinks(
            campaign.frame["base_url"],
            Signer(keys.links),
            campaign.id,
            campaign.share_id,
            # Campaigns frozen by an earlier version have none.
            unsubscribe_address=campaign.frame.get("unsubscribe_address", ""),
        )
        known = {
            "test": False,
            "links.share": self._links.share,
            "links.subscribe": self._links.subscribe,
            "links.pixel": "",
            "links.follow": "",
        }
        self._mails = {
            locale: Mail(with_known(frozen, known, _ALWAYS), signers)
            for locale, frozen in self._frozen.items()
        }
        self._followed: dict[str, Mail] = {}
        self._signers = signers
        self._place = f"{campaign.frame['base_url']}/c/{campaign.slug}/"
        domain = campaign.frame["sender"][1].rpartition("@")[2]
        self._message_id = message_ids(keys.messages, f"{campaign.id}.", domain)
        self._clock = clock
        self._second = datetime.min.replace(tzinfo=UTC)

    def wire(self, recipient: Recipient) -> bytes:
        """The recipient's message; the same Message-ID on every try."""
        mail = self._mail(recipient)
        local, _, domain = recipient.address.rpartition("@")
        id_ = recipient.delivery_id
        attributes = recipient.attributes
        return mail.wire(
            Reader(
                address=Address(local, domain),
                name=recipient.name,
                first_name=first_name(recipient.name, attributes),
                locale=recipient.locale,
                attributes=attributes,
                message_id=self._message_id(str(id_)),
                date=self._date(),
                **self._links.of(id_, recipient.tracked, recipient.share_id),
            )
        )

    def _mail(self, recipient: Recipient) -> Mail:
        locale = recipient.locale if recipient.locale in self._mails else self._main
        if not recipient.tracked:
            return self._mails[locale]
        if locale not in self._followed:
            frozen = with_follow_holes(self._frozen[locale], self._place)
            known = with_known(frozen, {"test": False}, _ALWAYS)
            self._followed[locale] = Mail(known, self._signers)
        return self._followed[locale]

    def page(self, locale: str, *, has_form: bool = False) -> str:
        """The issue as a page for anybody: no greeting, no manage link, no pixel.

        It leads to the share page, unless it is one and gets a subscribe form of its own.
        """
        html = self._frozen[locale if locale in self._frozen else self._main].html
        if has_form:
            return html.fill(Reader(locale=locale).values())
        links = self._links
        reader = Reader(locale=locale, share=links.share, subscribe=links.subscribe)
        return html.fill(reader.values())

    def _date(self) -> datetime:
        """The second it is; the same object as long as it lasts."""
        now = self._clock()
        if not self._second <= now < self._second + _SECOND:
            self._second = now.replace(microsecond=0)
        return self._second

    @property
    def locales(self) -> tuple[str, ...]:
        """The languages the issue has, the main one first."""
        return (self._main, *(locale for locale in self._frozen if locale != self._main))


class PersonalLinks:
    """The links that differ from reader to reader, one signature for each."""

    def __init__(
        self,
        base_url: str,
        signer: Signer,
        campaign_id: int,
        share_id: str,
        *,
        unsubscribe_address: str = "",
    ) -> None:
        series = signer.series
        self._unsubscribe = series(TokenPurpose.UNSUBSCRIBE, campaign_id)
        self._preferences = series(TokenPurpose.PREFERENCES, campaign_id)
        self._view = series(TokenPurpose.VIEW, campaign_id)
        self._open = series(TokenPurpose.OPEN, campaign_id)
        self._click = series(TokenPurpose.CLICK, campaign_id)
        self._base = base_url
        self._mailto = partial(leaving_mailto, signer, unsubscribe_address, campaign_id)
        self.share = f"{base_url}/s/{share_id}"
        """The issue's own share link."""
        self.subscribe = f"{self.share}#subscribe"
        """Where whoever got the issue forwarded can subscribe."""

    def of(
        self,
        delivery_id: int,
        tracked: frozenset[Purpose] = NOTHING,
        share_id: str | None = None,
    ) -> LinkSet:
        """The links of one delivery; 0 is the test copy, whose links act on nobody.

        A pixel and a click token stand in no copy but of who agreed to that very purpose.
        """
        base = self._base
        share = f"{base}/s/{share_id}" if share_id else self.share
        opens, clicks = Purpose.OPENS in tracked, Purpose.CLICKS in tracked
        return {
            "unsubscribe": f"{base}/u/{self._unsubscribe(delivery_id)}",
            "unsubscribe_mailto": self._mailto(delivery_id),
            "preferences": f"{base}/p/{self._preferences(delivery_id)}",
            "view": f"{base}/v/{self._view(delivery_id)}",
            "share": share,
            "subscribe": f"{share}#subscribe" if share_id else self.subscribe,
            "pixel": f"{base}/o/{self._open(delivery_id)}" if opens else "",
            "follow": f"/{self._click(delivery_id)}" if clicks else "",
        }


def first_name(name: str, attributes: Mapping[str, Any]) -> str:
    """How a reader is greeted: what they told us, else the first word of their name."""
    return str(attributes.get("first_name") or name.partition(" ")[0])
