"""Whose copy differs from their neighbour's: only where they agreed, and only as far."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from email import message_from_bytes, policy
from email.message import EmailMessage

from builders import KEYS, NOW, ROOT, add_readers
from mailer.address import Address
from mailer.audience import (
    TRACKING,
    Act,
    choose_tracking,
    find_person,
    list_id,
    membership_of,
)
from mailer.campaigns import Copies, FrozenCampaign, frozen_campaign, launch, prepare
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.delivery.batches import Recipient, give_back, take_batch
from mailer.store import Store
from mailer.store.tables import Channel, Purpose
from mailer.tokens import Signer, TokenPurpose, Use

ALL = ("opens", "clicks", "forwards")
CONTENT = re.compile(r"/c/cafe-386/(\d+)(/[A-Za-z0-9_-]+)?")


def launched(store: Store, wishes: Collection[tuple[Purpose, ...]]) -> FrozenCampaign:
    """Issue 386 launched to as many readers as there are wishes, each permitting these."""
    addresses = add_readers(store, len(wishes))
    plan = prepare(Workspace.open(ROOT / "config.toml"), ROOT / "issues" / "cafe-386").plan(500)
    act = Act(at=NOW, channel=Channel.PAGE, place="/p")
    with store.write() as connection:
        cafe = list_id(connection, "cafe")
        assert cafe is not None
        words = wording_id(connection, "Cela aussi.", "fr", now=NOW)
        for address, purposes in zip(addresses, wishes, strict=True):
            person = find_person(connection, Address.parse(address))
            reader = membership_of(connection, person, cafe) if person else None
            assert reader is not None
            chosen = dict.fromkeys(purposes, words)
            choose_tracking(connection, KEYS, reader, chosen, TRACKING, act)
        done = launch(connection, plan, share_id=secrets.token_urlsafe(9), now=NOW)
        campaign = frozen_campaign(connection, done.campaign_id)
    assert campaign is not None
    return campaign


def taken(
    store: Store, campaign: FrozenCampaign, tracking: Collection[str] = ALL
) -> tuple[Recipient, ...]:
    with store.write() as connection:
        batch = take_batch(connection, campaign, "test", NOW, tracking=tracking)
    assert batch is not None
    return batch.recipients


def bodies(octets: bytes) -> str:
    mail = message_from_bytes(octets, policy=policy.default, _class=EmailMessage)  # type: ignore[misc]
    return "\n".join(str(part.get_content()) for part in mail.iter_parts())


def test_each_purpose_shows_in_the_copies_of_who_agreed_to_it_and_in_no_other(
    store: Store,
) -> None:
    wishes = [(), (Purpose.CLICKS,), (Purpose.OPENS,), (Purpose.FORWARDS,), TRACKING]
    campaign = launched(store, wishes)
    copies = Copies(campaign, KEYS, lambda: NOW)
    signer = Signer(KEYS.links)
    links: list[set[str]] = []
    for id_, (wish, reader) in enumerate(zip(wishes, taken(store, campaign), strict=True), start=1):
        text = bodies(copies.wire(reader))
        found = CONTENT.findall(text)
        links.append({number for number, _ in found})
        tokens = {token.removeprefix("/") for _, token in found}
        if Purpose.CLICKS in wish:
            (token,) = tokens  # one signature for the whole copy
            assert signer.read_use(TokenPurpose.CLICK, token) == Use(campaign.id, id_)
        else:
            assert tokens == {""}
        pixels = re.findall(r'src="[^"]*/o/([^"]+)"', text)
        assert bool(pixels) == (Purpose.OPENS in wish)
        for pixel in pixels:
            assert signer.read_use(TokenPurpose.OPEN, pixel) == Use(campaign.id, id_)
        shared = set(re.findall(r"/s/([A-Za-z0-9_-]+)", text))
        assert len(shared) == 1
        assert (shared == {campaign.share_id}) == (Purpose.FORWARDS not in wish)
    assert all(numbers == links[0] for numbers in links)


def test_what_the_list_does_not_ask_for_is_in_no_copy(store: Store) -> None:
    campaign = launched(store, [TRACKING, TRACKING])
    readers = taken(store, campaign, tracking=())
    assert {reader.tracked for reader in readers} == {frozenset()}
    text = bodies(Copies(campaign, KEYS, lambda: NOW).wire(readers[0]))
    assert "/o/" not in text
    assert campaign.share_id in text


def test_a_retried_copy_keeps_its_share_link_and_a_withdrawal_is_heard(store: Store) -> None:
    campaign = launched(store, [(Purpose.FORWARDS,)])
    (first,) = taken(store, campaign)
    with store.write() as connection:
        give_back(connection, "test")
    (again,) = taken(store, campaign)
    assert again.share_id == first.share_id is not None
    with store.write() as connection:
        give_back(connection, "test")
        person = find_person(connection, Address.parse(first.address))
        reader = membership_of(connection, person, campaign.list_id) if person else None
        assert reader is not None
        act = Act(at=NOW, channel=Channel.PAGE, place="/p")
        choose_tracking(connection, KEYS, reader, {}, TRACKING, act)
    (last,) = taken(store, campaign)
    assert (last.tracked, last.share_id) == (frozenset(), None)
