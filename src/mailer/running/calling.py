"""Calls to the webhook leave: signed, in time, tried again, and never where a redirect leads."""

from __future__ import annotations

import asyncio
import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog

from mailer.errors import MailerError
from mailer.notices import DueCall, headers_of, next_call_due, settle_call, take_calls
from mailer.running.child import Child
from mailer.store.tables import WebhookState

LOOK_SECONDS = 1.0
LONGEST_PAUSE = 60.0
ANSWER_SECONDS = 10.0

log = structlog.get_logger("webhook")


async def keep_calling(child: Child) -> None:
    """Make the calls that are due until told to stop."""
    pause = LOOK_SECONDS
    while not child.stopping.is_set():
        try:
            await asyncio.to_thread(_call_what_is_due, child)
            pause = LOOK_SECONDS
        except MailerError as error:
            pause = min(pause * 2, LONGEST_PAUSE)
            log.warning("webhook calls wait", why=error.what, next_try_in=pause)
        await child.rest(pause)


def _call_what_is_due(child: Child) -> None:
    dispatch = child.dispatch
    workspace, store, clock = dispatch.workspace, dispatch.store, dispatch.clock
    url = workspace.settings.alarms.webhook
    if not url:
        return
    with store.read() as connection:
        due = next_call_due(connection)
    if due is None or due > clock():
        return
    secret = workspace.webhook_secret()
    with store.write() as connection:
        calls = take_calls(connection, clock(), limit=1)
    for call in calls:
        answer, is_taken = post(url, headers_of(call, secret, clock()), call)
        with store.write() as connection:
            state = settle_call(connection, call, answer=answer, is_taken=is_taken, now=clock())
        child.report({("webhook_calls", "delivered" if is_taken else "refused"): 1})
        level = log.info if is_taken else log.warning
        given_up = state is WebhookState.FAILED
        level("webhook called", answer=answer, attempt=call.attempts, given_up=given_up)


def post(url: str, headers: Mapping[str, str], call: DueCall) -> tuple[str, bool]:
    """What the receiver said, and whether that means it has the call."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("POST", target, call.body.encode(), dict(headers))
        answer = connection.getresponse()  # http.client follows no redirect
        return f"{answer.status} {answer.reason}", 200 <= answer.status < 300
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}", False
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        trusted = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=ANSWER_SECONDS, context=trusted)
    return http.client.HTTPConnection(host, port, timeout=ANSWER_SECONDS)
