"""Relays: one that is down is left alone, one that complains is slowed, and others carry on."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import date
from typing import cast

import pytest

from builders import NOW
from delivery.press import Press, carry
from lying_server import CLOSE, HANG, RESET, Answer, LyingServer, Question
from mailer.config import Rate, WarmUp
from mailer.delivery import RelayDownError, Route, Tally, Worker
from mailer.delivery.jobs import Job
from mailer.delivery.lane import Lane
from mailer.delivery.pace import Pace
from mailer.delivery.routes import DomainLimit
from mailer.notices import WaitingNotice
from mailer.smtp import RelayAddress
from mailer.store.tables import CampaignState, DeliveryState
from smtp.running import run
from whole.workspace import _free_port as free_port

D = DeliveryState
Script = Callable[[Question], Answer]


def send_through(press: Press, *answers: Script | None, nobody: int = 0) -> tuple[Tally, list[int]]:
    """One run through relays that answer so, and through `nobody` ports where none listens."""

    async def sending() -> tuple[Tally, list[int]]:
        async with AsyncExitStack() as stack:
            servers = [await stack.enter_async_context(LyingServer(one)) for one in answers]
            ports = {f"r{n}": server.port for n, server in enumerate(servers)}
            ports |= {f"d{n}": free_port() for n in range(nobody)}
            tally = await carry(press.dispatch(**ports), press.campaign)
            return tally, [len(server.kept) for server in servers]

    done: tuple[Tally, list[int]] = run(sending())
    return done


def test_a_relay_that_refuses_the_port_is_one_clear_line_and_nothing_is_lost(press: Press) -> None:
    press.launch(3)
    with pytest.raises(RelayDownError) as caught:
        send_through(press, nobody=1)
    assert "takes no mail" in caught.value.what
    assert "\n" not in str(caught.value)
    assert "run the same command again: nothing is lost" in caught.value.mend
    assert press.states() == {D.PENDING: 3}
    assert press.leftover_journals() == []
    assert send_through(press, None)[1] == [3]


@pytest.mark.parametrize("greeting", ["554 5.7.1 go away", "421 4.3.2 not now", "what?"])
def test_a_relay_that_lets_nobody_in_is_down(sqlite_press: Press, greeting: str) -> None:
    sqlite_press.launch(3)
    with pytest.raises(RelayDownError, match="takes no mail"):
        send_through(sqlite_press, lambda question: (greeting, CLOSE))
    assert sqlite_press.states() == {D.PENDING: 3}


def test_while_one_relay_is_down_the_other_carries_on(sqlite_press: Press) -> None:
    sqlite_press.launch(40, batch_size=40)
    _, kept = send_through(sqlite_press, None, nobody=1)
    assert kept == [40]
    assert {row.relay for row in sqlite_press.rows().values()} == {"r0"}


def test_a_relay_that_goes_down_half_way_says_so_and_is_asked_again(press: Press) -> None:
    readers = press.launch(20, batch_size=20)
    said: list[tuple[CampaignState, str]] = []

    def answer(question: Question) -> Answer:
        if question.verb == "GREETING" and question.nth == 3:
            said.append(press.standing())  # a second after it was found to be down
        if question.verb == "GREETING" and question.nth == 2:
            return ("421 4.3.2 no service", CLOSE)
        return RESET if question.verb == "." and question.nth == 5 else None

    press.relay = "connections = 1"
    sent = press.send(answer)
    assert said == [(CampaignState.SENDING, said[0][1])]
    assert said[0][1].startswith("main: ")
    assert sorted(set(sent.recipients)) == sorted(readers)
    assert len(sent.recipients) == 21  # the one in doubt twice, under one Message-ID
    assert press.standing() == (CampaignState.FINISHED, "")
    assert sum(row.doubts for row in press.rows().values()) == 1


def test_who_hangs_is_left_after_the_timeout_and_the_message_is_sent_again(
    sqlite_press: Press,
) -> None:
    sqlite_press.relay = 'connections = 1\ntimeout = "1s"'
    readers = sqlite_press.launch(4)
    sent = sqlite_press.send(
        lambda question: HANG if question.verb == "RCPT" and question.nth == 2 else None
    )
    assert sent.recipients == sorted(readers)
    assert {row.doubts for row in sqlite_press.rows().values()} == {0}


def test_a_connection_carries_as_many_messages_as_config_says(sqlite_press: Press) -> None:
    sqlite_press.relay = "connections = 1\nmessages_per_connection = 3"
    sqlite_press.launch(10, batch_size=10)
    sent = sqlite_press.send()
    assert len(sent.kept) == 10
    assert sent.connections == 4


def test_messages_are_shared_by_weight(sqlite_press: Press) -> None:
    sqlite_press.launch(200, batch_size=200)

    async def sending() -> list[int]:
        async with LyingServer() as heavy, LyingServer() as light:
            dispatch = sqlite_press.dispatch(heavy=heavy.port, light=light.port)
            relays = dispatch.workspace.settings.relays
            relays["heavy"] = relays["heavy"].model_copy(update={"weight": 3})
            await carry(dispatch, sqlite_press.campaign)
            return [len(heavy.kept), len(light.kept)]

    heavy, light = run(sending())
    assert heavy + light == 200
    assert 2.0 < heavy / light < 4.5


def test_an_hours_limit_counts_what_went_before_this_process(press: Press) -> None:
    """Sliding windows outlive a process: what the ledger says of the relay is counted."""
    press.relay = 'connections = 1\nrate = ["100/h"]'
    press.launch(4)
    assert len(press.send().kept) == 4
    press.relay = 'connections = 1\nrate = ["6/h"]'
    press.launch(4)
    workers: list[Worker] = []

    async def sending() -> int:
        def answer(question: Question) -> Answer:
            if question.verb == "." and question.nth == 2:
                workers[0].stop()  # the limit is reached: nobody waits for the hour to pass
            return None

        async with LyingServer(answer) as server:
            dispatch = press.dispatch(main=server.port)
            await carry(dispatch, press.campaign, workers.append)
            return len(server.kept)

    assert run(sending()) == 2
    assert press.states() == {D.ACCEPTED: 6, D.PENDING: 2}


def test_before_a_warm_up_begins_a_relay_gets_nothing(sqlite_press: Press) -> None:
    sqlite_press.relay = "connections = 1\nwarm_up = { start = 2030-01-01, first_day = 5 }"
    sqlite_press.launch(4)
    workers: list[Worker] = []

    async def sending() -> int:
        def answer(question: Question) -> Answer:
            if question.verb == "EHLO":
                workers[0].stop()
            return None

        async with LyingServer(answer) as server:
            await carry(sqlite_press.dispatch(main=server.port), 1, workers.append)
            return len(server.kept)

    assert run(sending()) == 0
    assert sqlite_press.states() == {D.PENDING: 4}


# A lane alone ---------------------------------------------------------------------------------


def job(address: str) -> Job:
    notice = WaitingNotice(1, 0, 0, NOW, "a@b.example", address, b"")
    return Job(cast("object", None), 1, notice.id, notice, 0)  # type: ignore[arg-type]


def lane(**domains: DomainLimit) -> Lane:
    route = Route(
        name="main",
        address=RelayAddress(host="relay.example", port=25),
        connections=1,
        domains={name.replace("_", "."): limit for name, limit in domains.items()},
    )
    return Lane(cast("Worker", None), route, Pace([]), now=0.0)


def test_a_domain_gets_at_most_so_many_at_once_and_others_overtake() -> None:
    one = lane(slow_example=DomainLimit(connections=1))
    ready = deque([job("a@slow.example"), job("b@slow.example"), job("c@fast.example")])
    first, _ = one.pick(ready, 0.0)
    second, _ = one.pick(ready, 0.0)
    assert first
    assert second
    assert [first.domain, second.domain] == ["slow.example", "fast.example"]
    assert one.pick(ready, 0.0)[0] is None
    one.came_back(first)
    third, _ = one.pick(ready, 0.0)
    assert third
    assert third.domain == "slow.example"


def test_a_domain_gets_at_most_so_many_a_second() -> None:
    one = lane(slow_example=DomainLimit(per_second=2.0))
    ready = deque(job(f"{n}@slow.example") for n in range(50))
    gone: Counter[int] = Counter()
    for tenth in range(100):
        while (found := one.pick(ready, tenth / 10)[0]) is not None:
            one.came_back(found)
            gone[tenth // 10] += 1
    assert max(gone.values()) <= 4  # the rate and one second saved up
    assert 19 <= gone.total() <= 22


def test_a_workers_share_adds_up_to_the_relay() -> None:
    route = Route(
        name="main",
        address=RelayAddress(host="relay.example", port=25),
        connections=5,
        rates=(Rate(10, 1), Rate(1000, 3600)),
        warm_up=WarmUp(start=date(2026, 12, 1)),
        domains={"slow.example": DomainLimit(per_second=2.0, connections=4)},
    )
    shares = [route.share(index, 2) for index in range(2)]
    assert sum(share.connections for share in shares) == 5
    for n, rate in enumerate(route.rates):
        assert sum(share.rates[n].per_second for share in shares) == pytest.approx(rate.per_second)
    limits = [share.domains["slow.example"] for share in shares]
    assert sum(limit.per_second or 0 for limit in limits) == 2.0
    assert sum(limit.connections or 0 for limit in limits) == 4
