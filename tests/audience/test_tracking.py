"""Tracking tied to a person: off until they say yes, and each purpose on its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from builders import KEYS, NOW, ROOT, add_readers, make_workspace
from mailer.address import Address
from mailer.audience import (
    NOT_AGAIN_FOR,
    TRACKING,
    Act,
    Membership,
    choose_tracking,
    confirm,
    ensure_list,
    find_person,
    leave,
    may_be_asked,
    membership,
    membership_of,
    permits_tracking,
    request,
    requested_tracking,
    tracking_of,
    undo_leaving,
)
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.errors import MailerError
from mailer.store import Store
from mailer.store.tables import Channel, ConsentRecord, Purpose, Subscriber, SubscriptionStatus

ALL = ("opens", "clicks", "forwards")
ACT = Act(at=NOW, channel=Channel.PAGE, place="/p")
NEW = Address.parse("zoe@ailleurs.example")


def ask(store: Store, purposes: Collection[Purpose], *, at: Act = ACT) -> Membership:
    """Zoé fills in a form."""
    with store.write() as connection:
        words = {each: wording_id(connection, each, "fr", now=at.at) for each in purposes}
        return request(
            connection,
            KEYS,
            NEW,
            ensure_list(connection, "cafe"),
            at,
            name="",
            locale="fr",
            wording_id=wording_id(connection, "receive", "fr", now=at.at),
            tracking=words,
        )


def press(store: Store, asked: Membership, *, with_tracking: bool = True) -> Membership | None:
    """Zoé confirms."""
    with store.write() as connection:
        return confirm(
            connection, KEYS, asked.id, asked.consent_id, ACT, with_tracking=with_tracking
        )


def choose(store: Store, reader: Membership, ticked: Sequence[Purpose]) -> bool:
    with store.write() as connection:
        words = {each: wording_id(connection, each, "fr", now=NOW) for each in ticked}
        return choose_tracking(connection, KEYS, reader, words, TRACKING, ACT)


def reader_of(store: Store, address: str) -> Membership:
    with store.write() as connection:
        person = find_person(connection, Address.parse(address))
        assert person is not None
        found = membership_of(connection, person, ensure_list(connection, "cafe"))
        assert found is not None
        return found


def permitted(store: Store, purpose: Purpose, configured: Collection[str] = ALL) -> set[str]:
    """Whom the SQL condition finds."""
    with store.write() as connection:
        condition = permits_tracking(purpose, ensure_list(connection, "cafe"), configured)
        return set(connection.scalars(select(Subscriber.address).where(condition)))


def words(store: Store, subject: str) -> list[tuple[str, str]]:
    with store.read() as connection:
        rows = connection.execute(
            select(ConsentRecord.purpose, ConsentRecord.action)
            .where(ConsentRecord.subject == subject)
            .order_by(ConsentRecord.id)
        )
        return [(row.purpose.value, row.action.value) for row in rows]


def test_what_was_ticked_on_the_form_permits_only_once_it_is_confirmed(store: Store) -> None:
    """GDPR 4(11), 7(1): each purpose has entries of its own, request and confirmation."""
    asked = ask(store, [Purpose.OPENS, Purpose.FORWARDS])
    assert permitted(store, Purpose.OPENS) == set()
    press(store, asked)
    assert permitted(store, Purpose.OPENS) == permitted(store, Purpose.FORWARDS) == {str(NEW)}
    assert permitted(store, Purpose.CLICKS) == set()
    assert words(store, asked.person.subject) == [
        ("receive", "requested"),
        ("opens", "requested"),
        ("forwards", "requested"),
        ("receive", "confirmed"),
        ("opens", "confirmed"),
        ("forwards", "confirmed"),
    ]


def test_refusing_what_was_ticked_never_refuses_the_list(store: Store) -> None:
    """GDPR 7(4): whoever typed the address may have ticked more than its owner wants."""
    asked = ask(store, TRACKING)
    reader = press(store, asked, with_tracking=False)
    assert reader is not None
    assert reader.status is SubscriptionStatus.ACTIVE
    assert all(permitted(store, purpose) == set() for purpose in TRACKING)
    assert ("opens", "withdrawn") in words(store, asked.person.subject)


def test_a_list_that_asks_for_nothing_tracks_nobody_whatever_they_said(store: Store) -> None:
    press(store, ask(store, TRACKING))
    assert permitted(store, Purpose.CLICKS, ["opens"]) == set()
    assert permitted(store, Purpose.OPENS, ["opens"]) == {str(NEW)}


def test_each_purpose_is_granted_and_withdrawn_on_its_own(store: Store) -> None:
    (address,) = add_readers(store, 1)
    reader = reader_of(store, address)
    assert choose(store, reader, [Purpose.OPENS, Purpose.CLICKS])
    assert choose(store, reader, [Purpose.CLICKS])
    assert not choose(store, reader, [Purpose.CLICKS])  # what stands is not written again
    assert permitted(store, Purpose.OPENS) == set()
    assert permitted(store, Purpose.CLICKS) == {address}
    assert words(store, reader.person.subject)[1:] == [
        ("opens", "granted"),
        ("clicks", "granted"),
        ("opens", "withdrawn"),
    ]


def test_another_lists_consent_is_no_consent(store: Store) -> None:
    (address,) = add_readers(store, 1)
    choose(store, reader_of(store, address), TRACKING)
    with store.write() as connection:
        other = ensure_list(connection, "letter")
        condition = permits_tracking(Purpose.OPENS, other, ALL)
        assert connection.scalars(select(Subscriber.address).where(condition)).all() == []


def test_who_leaves_is_tracked_no_more_and_the_way_back_does_not_track(store: Store) -> None:
    """CNIL 2026-042: withdrawal reaches mails already sent."""
    (address,) = add_readers(store, 1)
    reader = reader_of(store, address)
    choose(store, reader, [Purpose.CLICKS])
    with store.write() as connection:
        left = leave(connection, KEYS, reader, ACT)
        assert tracking_of(connection, reader.person.subject, reader.list_id) == frozenset()
        back = undo_leaving(connection, KEYS, left.id, left.consent_id, ACT)
    assert back is not None
    assert back.status is SubscriptionStatus.ACTIVE
    assert permitted(store, Purpose.CLICKS) == set()


def test_an_older_requests_ticks_are_not_confirmed_by_a_newer_one(store: Store) -> None:
    ask(store, TRACKING)
    again = ask(store, [], at=replace(ACT, at=NOW + timedelta(days=2)))
    press(store, again)
    assert all(permitted(store, purpose) == set() for purpose in TRACKING)


def test_a_stranger_who_types_a_readers_address_changes_nothing(store: Store) -> None:
    press(store, ask(store, [Purpose.OPENS]))
    before = words(store, ask(store, TRACKING).person.subject)
    ask(store, TRACKING, at=replace(ACT, at=NOW + timedelta(days=2)))
    assert words(store, ask(store, []).person.subject) == before
    assert permitted(store, Purpose.OPENS) == {str(NEW)}


def test_the_confirm_page_can_tell_what_was_ticked(store: Store) -> None:
    asked = ask(store, [Purpose.CLICKS])
    with store.read() as connection:
        assert set(requested_tracking(connection, asked, asked.consent_id)) == {Purpose.CLICKS}
    press(store, asked)
    with store.read() as connection:
        assert requested_tracking(connection, asked, asked.consent_id) == {}


def test_after_refusal_or_silence_nobody_is_asked_for_six_months(store: Store) -> None:
    """CNIL 2026-042."""
    asked = ask(store, [])
    press(store, asked)
    with store.read() as connection:
        reader = membership(connection, asked.id)
        assert reader is not None
        soon, late = NOW + NOT_AGAIN_FOR - timedelta(days=1), NOW + NOT_AGAIN_FOR
        assert not may_be_asked(connection, reader, Purpose.OPENS, soon)
        assert may_be_asked(connection, reader, Purpose.OPENS, late)


def test_an_imported_reader_was_never_asked(store: Store) -> None:
    (address,) = add_readers(store, 1)
    reader = reader_of(store, address)
    with store.read() as connection:
        assert may_be_asked(connection, reader, Purpose.OPENS, NOW)
    choose(store, reader, [Purpose.OPENS])
    choose(store, reader, [])
    with store.read() as connection:
        assert not may_be_asked(connection, reader, Purpose.OPENS, NOW + timedelta(days=100))


def test_a_purpose_without_its_words_cannot_be_asked_for(tmp_path: Path) -> None:
    """GDPR 7(1)."""
    workspace = make_workspace(tmp_path)
    (tmp_path / "templates").unlink()
    (tmp_path / "templates" / "cafe").mkdir(parents=True)
    (tmp_path / "templates" / "cafe" / "issue.mjml").touch()
    text = workspace.file.read_text().replace("tracking = []", 'tracking = ["opens"]')
    workspace.file.write_text(text)
    with pytest.raises(MailerError, match=r"consent-opens\.fr\.txt"):
        Workspace.open(workspace.file)


@pytest.mark.parametrize("purpose", ALL)
def test_the_sample_sets_have_the_words_of_every_purpose(purpose: str) -> None:
    for locale in ("fr", "en"):
        assert (ROOT / "templates" / "shared" / f"consent-{purpose}.{locale}.txt").is_file()
