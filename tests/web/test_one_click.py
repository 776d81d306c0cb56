"""One click in the mailbox: a POST by RFC 8058, from a client that knows nothing of us."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from builders import ROOT
from mailer.campaigns import frozen_campaign, launch, prepare
from mailer.delivery.batches import take_batch
from mailer.tokens import TokenPurpose
from web.phone import listening
from web.stage import Stage

URLENCODED = ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click")
PARTS = (
    b"--FormBoundaryjWmhtjORrn\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n"
    b"--FormBoundaryjWmhtjORrn--\r\n"
)
MULTIPART = ("multipart/form-data; boundary=FormBoundaryjWmhtjORrn", PARTS)
NOT_SAID = ("", b"List-Unsubscribe=One-Click")


@pytest.fixture
def port(app: FastAPI, both: Stage) -> Iterator[int]:
    """The pages on a real socket."""
    app.state.site = both.site
    with listening(app) as origin:
        yield int(origin.rpartition(":")[2])


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(("kind", "body"), [URLENCODED, MULTIPART, NOT_SAID])
def test_it_withdraws_without_cookie_page_or_redirect_and_repeats_harmlessly(
    both: Stage, port: int, kind: str, body: bytes, slash: str
) -> None:
    """RFC 8058 3.1 and 3.2, over one kept connection."""
    path = f"/u/{both.token(TokenPurpose.UNSUBSCRIBE)}{slash}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(3):
        connection.putrequest("POST", path, skip_accept_encoding=True)
        if kind:
            connection.putheader("Content-Type", kind)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read()
        assert 200 <= answer.status < 300
        assert answer.getheader("Set-Cookie") is None
    connection.close()
    reader = both.readers[0]
    assert both.statuses()[reader] == "unsubscribed"
    assert both.actions(reader) == ["confirmed", "withdrawn"]
    assert [both.statuses()[other] for other in both.readers[1:]] == ["active", "active"]


def test_two_at_once_are_one_withdrawal(both: Stage, port: int) -> None:
    path = f"/u/{both.token(TokenPurpose.UNSUBSCRIBE)}"
    statuses: list[int] = []

    def press() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", path, URLENCODED[1], {"Content-Type": URLENCODED[0]})
        statuses.append(connection.getresponse().status)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 6
    assert both.actions(both.readers[0]) == ["confirmed", "withdrawn"]


def test_the_ledger_says_it_came_from_the_mailbox(stage: Stage, client: TestClient) -> None:
    client.post(
        f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}", data={"List-Unsubscribe": "One-Click"}
    )
    with stage.store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT action, channel, place FROM consent_records ORDER BY id DESC LIMIT 1"
        ).one()
    assert tuple(row) == ("withdrawn", "mail", "/u")


def test_it_causes_no_further_mail(stage: Stage, client: TestClient) -> None:
    client.post(
        f"/u/{stage.token(TokenPurpose.UNSUBSCRIBE)}", data={"List-Unsubscribe": "One-Click"}
    )
    assert stage.letters() == []


@pytest.mark.parametrize(("kind", "body"), [URLENCODED, MULTIPART])
def test_it_takes_effect_before_the_next_batch_of_a_running_campaign(
    both: Stage, port: int, kind: str, body: bytes
) -> None:
    """GDPR 7(3): one reader a batch, and the second presses while the first's copy leaves."""
    plan = prepare(both.site.workspace, ROOT / "issues" / "cafe-385").plan(1)
    with both.store.write() as connection:
        done = launch(connection, plan, share_id="x" * 12, now=both.clock())
        campaign = frozen_campaign(connection, done.campaign_id)
        assert campaign is not None
        first = take_batch(connection, campaign, "test", both.clock())
    assert first is not None
    assert len(first.recipients) == 1
    token = both.site.signer.sign(TokenPurpose.UNSUBSCRIBE, campaign.id, 2)
    connection_ = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(2):
        connection_.request("POST", f"/u/{token}", body, {"Content-Type": kind})
        answer = connection_.getresponse()
        answer.read()
        assert 200 <= answer.status < 300
    connection_.close()
    with both.store.write() as connection:
        second = take_batch(connection, campaign, "test", both.clock())
        third = take_batch(connection, campaign, "test", both.clock())
    assert second is not None
    assert third is not None
    assert (second.recipients, second.skipped) == ((), 1)
    assert len(third.recipients) == 1
