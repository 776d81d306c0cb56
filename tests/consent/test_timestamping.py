"""Heads attested by an authority outside: a real one over HTTP, of the test's own making."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from builders import KEYS, add_readers
from consent.ledgers import ticking, unguarded
from consent.tsa import TimestampAuthority
from mailer.consent import Authority, Fault, seal, verify
from mailer.consent.timestamping import TimestampError
from mailer.store import Store

HEAD = "3f" * 32


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[TimestampAuthority]:
    server = TimestampAuthority(tmp_path)
    yield server
    server.close()


def authority(tsa: TimestampAuthority) -> Authority:
    return Authority(tsa.url, tsa.root_file)


def test_a_head_is_attested_and_the_answer_checked(tsa: TimestampAuthority) -> None:
    asked = authority(tsa)
    token = asked.stamp(HEAD)
    assert abs(asked.check(HEAD, token) - tsa.now) < timedelta(seconds=2)
    with pytest.raises(TimestampError, match="does not hold"):
        asked.check("77" * 32, token)


def test_another_authoritys_word_is_no_word(tsa: TimestampAuthority, tmp_path: Path) -> None:
    other = TimestampAuthority(tmp_path / "other")
    token = authority(tsa).stamp(HEAD)
    with pytest.raises(TimestampError, match="does not hold"):
        authority(other).check(HEAD, token)
    with pytest.raises(TimestampError, match="does not hold"):
        Authority(tsa.url, other.root_file).stamp(HEAD)
    other.close()


@pytest.mark.parametrize("spoil", [lambda o: o[:-20], lambda o: b"", lambda o: b"<html>"])
def test_an_answer_that_is_none_is_told(tsa: TimestampAuthority, spoil) -> None:  # type: ignore[no-untyped-def]
    tsa.spoil = spoil
    with pytest.raises(TimestampError):
        authority(tsa).stamp(HEAD)


def test_seals_are_stamped_and_verified(
    store: Store, copies: Path, tsa: TimestampAuthority
) -> None:
    add_readers(store, 3)
    asked = authority(tsa)
    [made] = seal(store, copies, ticking(), stamp=asked.stamp)
    assert made.is_stamped
    with store.read() as connection:
        seen = verify(connection, KEYS, copies, check_stamp=asked.check)
    assert (seen.is_whole, seen.stamped) == (True, 1)
    with unguarded(store) as connection:
        token = asked.stamp(HEAD)
        connection.execute(text("UPDATE seals SET timestamp_token = :token"), {"token": token})
        [found] = verify(connection, KEYS, copies, check_stamp=asked.check).findings
    assert found.fault is Fault.TIMESTAMP


def test_where_nobody_answers_the_seal_is_made_without(
    store: Store, copies: Path, tsa: TimestampAuthority
) -> None:
    add_readers(store, 3)
    tsa.close()
    [made] = seal(store, copies, ticking(), stamp=authority(tsa).stamp)
    assert not made.is_stamped
    with store.read() as connection:
        assert verify(connection, KEYS, copies).is_whole
