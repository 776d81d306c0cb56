"""What became of an issue that was passed on, told in numbers only."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from sqlalchemy import select, update

from builders import KEYS, NOW, ROOT, add_readers
from mailer.address import Address
from mailer.audience import Act, confirm, find_person, list_id, request
from mailer.campaigns import (
    FrozenCampaign,
    frozen_campaign,
    launch,
    prepare,
    share_ids,
)
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.stats import Branching, Collector, Visited, came_through, forwards_of
from mailer.store import Store
from mailer.store.tables import Channel, Delivery, Subscriber, Subscription

ACT = Act(at=NOW, channel=Channel.FORM, place="/s")
WORKSPACE = Workspace.open(ROOT / "config.toml")


def send(store: Store, slug: str = "cafe-386") -> FrozenCampaign:
    plan = prepare(WORKSPACE, ROOT / "issues" / slug).plan(500)
    with store.write() as connection:
        done = launch(connection, plan, share_id=secrets.token_urlsafe(9), now=NOW)
        campaign = frozen_campaign(connection, done.campaign_id)
    assert campaign is not None
    return campaign


def link_of(store: Store, campaign: FrozenCampaign, address: str) -> str:
    """The share link in one reader's own copy."""
    with store.write() as connection:
        delivery = connection.scalars(
            select(Delivery.id)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Delivery.campaign_id == campaign.id, Subscriber.address == address)
        ).one()
        found = share_ids(
            connection, campaign, [delivery], new_id=lambda: secrets.token_urlsafe(12), now=NOW
        )
    return found[delivery]


def join(store: Store, address: str, share_id: str, *, confirms: bool = True) -> str:
    with store.write() as connection:
        cafe = list_id(connection, "cafe")
        assert cafe is not None
        asked = request(
            connection,
            KEYS,
            Address.parse(address),
            cafe,
            ACT,
            name="",
            locale="fr",
            wording_id=wording_id(connection, "Oui.", "fr", now=NOW),
            share_id=share_id,
        )
        if confirms:
            later = Act(at=NOW + timedelta(hours=1), channel=Channel.PAGE, place="/k")
            confirm(connection, KEYS, asked.id, asked.consent_id, later)
    return address


def test_generations_are_a_tree_of_counts(store: Store) -> None:
    anna, boris, _ = add_readers(store, 3)
    first = send(store)
    join(store, "stranger@x.example", first.share_id)
    c = join(store, "c@x.example", link_of(store, first, anna))
    d = join(store, "d@x.example", link_of(store, first, anna))
    join(store, "e@x.example", link_of(store, first, boris))
    join(store, "waits@x.example", link_of(store, first, boris), confirms=False)
    second = send(store, "cafe-385")
    join(store, "f@x.example", link_of(store, second, c))
    join(store, "g@x.example", link_of(store, second, c))
    again = send(store)
    join(store, "h@x.example", link_of(store, again, d))
    with store.read() as connection:
        found = forwards_of(connection, first.issue_id)
        of_second = forwards_of(connection, second.issue_id)
        numbers = []
        for address in (anna, boris, c):
            person = find_person(connection, Address.parse(address))
            assert person is not None
            numbers.append(came_through(connection, person.id, first.list_id))
    assert (found.confirmed, found.waiting) == (5, 1)  # h through this issue, f and g not
    assert found.by_issue == Branching(1, ())
    grown = Branching(2, (Branching(2, ()), Branching(1, ())))
    assert found.by_readers == (grown, Branching(1, ()))
    assert found.generations == (4, 3)
    assert of_second.generations == (2,)
    assert numbers == [2, 1, 2]  # all that a reader is told


def test_visits_and_declarations_are_what_they_are_called(store: Store) -> None:
    add_readers(store, 1)
    campaign = send(store)
    collector = Collector(store.write)
    day = date(2026, 12, 1)
    for page, machine in (
        ("share", False),
        ("share", False),
        ("share", True),
        ("forwarded", False),
    ):
        collector.count(Visited(campaign.issue_id, page, day, machine))
    collector.close()
    with store.read() as connection:
        found = forwards_of(connection, campaign.issue_id)
    assert (found.visits, found.machine_visits, found.declared) == (2, 1, 1)
    assert (found.confirmed, found.generations, found.by_readers) == (0, (), ())


def test_two_who_pass_on_to_each_other_are_no_circle(store: Store) -> None:
    (anna,) = add_readers(store, 1)
    first = send(store)
    b = join(store, "b@x.example", link_of(store, first, anna))
    second = send(store, "cafe-385")
    c = join(store, "c@x.example", link_of(store, second, b))
    third = send(store)
    back = link_of(store, third, c)
    with store.write() as connection:
        theirs = select(Subscriber.id).where(Subscriber.address == b).scalar_subquery()
        connection.execute(
            update(Subscription).where(Subscription.subscriber_id == theirs).values(share_id=back)
        )
    with store.read() as connection:
        for campaign in (first, second, third):
            assert sum(forwards_of(connection, campaign.issue_id).generations) <= 3
