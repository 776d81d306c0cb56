"""List bombing: strangers cause an address one mail a day, and learn nothing about it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from builders import add_readers, make_workspace
from mailer.address import Address
from mailer.audience import Act, Asked, ensure_list, note_sign_up
from mailer.config import Workspace
from mailer.consent import wording_id
from mailer.store.tables import Channel
from mailer.web import create_app
from mailer.web.signing_up import TooManyError, keep_limits, write_sign_ups
from web.conftest import client_of
from web.stage import Stage, form, stage_on, words

ADDRESSES = 100
NETWORKS = 50
SIGN_UPS = 10_000


def test_ten_thousand_sign_ups_for_a_hundred_addresses_send_at_most_a_hundred_mails(
    stage: Stage,
) -> None:
    """Half of the addresses are readers already; the bomb goes off on two lists."""
    readers = add_readers(stage.store, ADDRESSES // 2, first=1000)
    strangers = [f"victime{n}@ailleurs.example" for n in range(ADDRESSES // 2)]
    targets = [Address.parse(address) for address in (*readers, *strangers)]
    site, chance = stage.site, random.Random(8)
    taken = 0
    with stage.store.write() as connection:  # one transaction: SQLite is not what is tested here
        lists = {key: ensure_list(connection, key) for key in ("cafe", "letter")}
        wording = wording_id(connection, words("fr"), "fr", now=stage.clock())
        for n in range(SIGN_UPS):
            ip = f"198.51.{n % NETWORKS}.{chance.randrange(256)}"
            key = chance.choice(list(lists))
            try:
                keep_limits(connection, site, key, ip, stage.clock())
            except TooManyError:
                continue
            taken += 1
            note_sign_up(
                connection,
                Asked(
                    list_key=key,
                    list_id=lists[key],
                    address=chance.choice(targets),
                    name="",
                    locale="fr",
                    wording_id=wording,
                    tracking={},
                    share_id=None,
                    act=Act(at=stage.clock(), channel=Channel.FORM, place="/l", ip=ip),
                ),
            )
    assert write_sign_ups(site) == taken == 1500  # thirty a network and hour
    letters = stage.letters()
    assert len(letters) <= ADDRESSES
    assert len({letter["To"] for letter in letters}) == len(letters) > 90
    with stage.store.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM sign_ups")) == 0


@pytest.fixture
def open_wide(stage: Stage, tmp_path: Path) -> Iterator[TestClient]:
    """A site that takes any number of sign-ups."""
    workspace = make_workspace(tmp_path / "wide")
    said = workspace.file.read_text(encoding="utf-8")
    said = said.replace('#sign_ups = "30/h"', 'sign_ups = "100000/h"')
    said = said.replace('#sign_ups = "1000/h"', 'sign_ups = "100000/h"', 1)
    workspace.file.write_text(said, encoding="utf-8")
    wide = stage_on(Workspace.open(workspace.file), stage.store)
    with client_of(create_app(wide.site), wide) as client:
        yield client


def test_the_time_of_an_answer_does_not_tell_who_is_on_the_list(
    stage: Stage, open_wide: TestClient
) -> None:
    """Mann and Whitney's rank test over 1,000 requests, known and unknown in random order."""
    known = add_readers(stage.store, 500, first=2000)
    unknown = [f"inconnu{n}@courrier.example" for n in range(500)]
    asked = [(address, True) for address in known] + [(address, False) for address in unknown]
    random.Random(53).shuffle(asked)
    took: dict[bool, list[float]] = {True: [], False: []}
    bodies = set()
    for address, is_known in asked:
        filled = form(email=address)
        begun = time.perf_counter()
        answer = open_wide.post("/l/cafe", data=filled)
        took[is_known].append(time.perf_counter() - begun)
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert abs(rank_score(took[True], took[False])) < 3.3  # two in a thousand by mere chance


def rank_score(some: list[float], others: list[float]) -> float:
    """By how many standard deviations the ranks of `some` lie off what chance would give."""
    ranked = sorted([(each, True) for each in some] + [(each, False) for each in others])
    rank_sum = sum(rank for rank, (_, is_some) in enumerate(ranked, 1) if is_some)
    n, m = len(some), len(others)
    expected = n * (n + m + 1) / 2
    deviation: float = (n * m * (n + m + 1) / 12) ** 0.5
    return (rank_sum - expected) / deviation
