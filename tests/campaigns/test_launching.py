"""A launch freezes everything at once; again, it takes in new people and nothing else."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from builders import KEYS, NOW, add_readers
from delivery.press import plan
from mailer.address import Address
from mailer.audience import (
    Act,
    ensure_list,
    find_person,
    leave,
    list_id,
    membership_of,
    request,
    suppress,
)
from mailer.campaigns import (
    CampaignError,
    CampaignEvent,
    ChangedIssueError,
    Launched,
    count_readers,
    frozen_campaign,
    launch,
    left_out,
    steer,
    sum_of,
)
from mailer.consent import wording_id
from mailer.store import Store
from mailer.store.tables import (
    Batch,
    Campaign,
    Channel,
    Delivery,
    ShareLink,
    Subscriber,
    Subscription,
    SuppressionReason,
)

ACT = Act(at=NOW, channel=Channel.PAGE, place="/")


def launched(store: Store, *, size: int = 4, digest: str = "") -> Launched:
    frozen = plan(size)
    if digest:
        frozen = replace(frozen, digest=digest)
    with store.write() as connection:
        return launch(connection, frozen, share_id=secrets.token_urlsafe(9), now=NOW)


def test_each_delivery_names_the_consent_that_allows_it(store: Store) -> None:
    add_readers(store, 5)
    assert launched(store) == Launched(campaign_id=1, is_new=True, added=5, audience=5)
    with store.read() as connection:
        rows = connection.execute(
            select(Delivery.id, Delivery.consent_id, Subscription.consent_id)
            .join(Subscription, Subscription.subscriber_id == Delivery.subscriber_id)
            .order_by(Delivery.id)
        ).all()
        batches = connection.execute(
            select(Batch.number, Batch.first_id, Batch.last_id).order_by(Batch.number)
        ).all()
    assert [row[0] for row in rows] == [1, 2, 3, 4, 5]
    assert all(row[1] == row[2] for row in rows)
    assert [tuple(batch) for batch in batches] == [(1, 1, 4), (2, 5, 5)]


def test_only_who_consents_now_is_in_the_audience(store: Store) -> None:
    readers = add_readers(store, 6)
    with store.write() as connection:
        cafe = ensure_list(connection, "cafe")
        gone = find_person(connection, Address.parse(readers[0]))
        found = membership_of(connection, gone, cafe) if gone else None
        assert found
        leave(connection, KEYS, found, ACT)
        for reader, scope in ((readers[1], "*"), (readers[2], "cafe"), (readers[3], "letter")):
            suppress(
                connection,
                KEYS,
                Address.parse(reader),
                scope,
                SuppressionReason.BOUNCE,
                now=NOW,
            )
        request(
            connection,
            KEYS,
            Address.parse("new@courrier.example"),
            cafe,
            ACT,
            name="",
            locale="fr",
            wording_id=wording_id(connection, "Oui.", "fr", now=NOW),
        )
        assert count_readers(connection, cafe, "cafe", NOW) == 3
        assert left_out(connection, cafe, "cafe", NOW) == {
            "unsubscribed": 1,
            "suppressed": 2,
            "not confirmed": 1,
        }
    assert launched(store).audience == 3
    with store.read() as connection:
        mailed = connection.scalars(
            select(Subscriber.address).join(Delivery, Delivery.subscriber_id == Subscriber.id)
        ).all()
    assert sorted(mailed) == sorted(readers[3:])


def test_launched_again_it_takes_in_new_people_only(store: Store) -> None:
    add_readers(store, 3)
    first = launched(store)
    assert launched(store) == replace(first, is_new=False, added=0)
    add_readers(store, 2, first=4)
    assert launched(store) == Launched(campaign_id=1, is_new=False, added=2, audience=5)
    with store.read() as connection:
        assert connection.scalars(select(Campaign.id)).all() == [1]
        assert len(connection.scalars(select(ShareLink.id)).all()) == 1
        assert connection.scalars(select(Delivery.id).order_by(Delivery.id)).all() == [*range(1, 6)]


def test_a_changed_issue_is_refused_and_nothing_of_it_is_kept(store: Store) -> None:
    add_readers(store, 2)
    launched(store)
    add_readers(store, 2, first=3)
    with pytest.raises(ChangedIssueError, match="was changed after it was launched"):
        launched(store, digest="another text")
    with store.read() as connection:
        assert sum_of(connection, 1).audience == 2


def test_a_cancelled_campaign_is_not_launched_again(store: Store) -> None:
    add_readers(store, 2)
    launched(store)
    with store.write() as connection:
        steer(connection, 1, CampaignEvent.CANCELLED, NOW)
    with pytest.raises(CampaignError, match="was cancelled"):
        launched(store)


def test_a_paused_campaign_takes_in_new_people_and_stays_paused(store: Store) -> None:
    add_readers(store, 2)
    launched(store)
    with store.write() as connection:
        steer(connection, 1, CampaignEvent.PAUSED, NOW)
    add_readers(store, 1, first=3)
    assert launched(store).added == 1
    with store.read() as connection:
        frozen = frozen_campaign(connection, 1)
    assert frozen
    assert frozen.state == "paused"


def test_two_launches_at_once_are_one_campaign_and_one_delivery_each(database_url: str) -> None:
    stores = [Store(database_url) for _ in range(3)]
    add_readers(stores[0], 30)
    ready = threading.Barrier(len(stores))
    done: list[Launched] = []

    def one(store: Store) -> None:
        ready.wait()
        done.append(launched(store))

    threads = [threading.Thread(target=one, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((each.is_new, each.added, each.audience) for each in done) == [
        (False, 0, 30),
        (False, 0, 30),
        (True, 30, 30),
    ]
    with stores[0].read() as connection:
        assert sum_of(connection, 1).audience == 30
        assert list_id(connection, "cafe") == 1
    for store in stores:
        store.close()


def test_postgresql_knows_the_size_of_an_audience_as_soon_as_it_is_launched(
    postgres_url: str,
) -> None:
    """Else it takes the list for empty, and reads all of it for each reader of a batch."""
    store = Store(postgres_url)
    add_readers(store, 50)
    launched(store)
    with store.read() as connection:
        found = connection.execute(
            text("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND reltuples > 0")
        )
        known = {row.relname: row.reltuples for row in found}
    for table in ("subscribers", "subscriptions", "consent_records", "deliveries"):
        assert known[table] == 50
    store.close()
