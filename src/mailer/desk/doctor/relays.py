"""Each relay, visited: does it answer, is it secure, does it let us in, what does it offer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from mailer.config import ConfigError, Workspace, is_loopback
from mailer.delivery import Route, routes_of
from mailer.desk.doctor.diagnosis import Diagnosis, frail, good, ill
from mailer.desk.doctor.domains import both_ways
from mailer.desk.doctor.lookups import Lookups
from mailer.smtp import RelayError, Timeouts, Visit, visit

PATIENCE = Timeouts(connect=5.0, greeting=10.0, command=10.0)
SOON = timedelta(days=14)


def relays(workspace: Workspace, lookups: Lookups, now: datetime) -> Iterator[Diagnosis]:
    """Each relay that a list uses, once."""
    try:
        routes = {
            route.name: route
            for key in workspace.settings.lists
            for route in routes_of(workspace, key)
        }
    except ConfigError as error:
        yield ill("relays", error.what, error.mend)
        return
    for route in routes.values():
        yield from _relay(route, workspace.settings.sandbox.port, lookups, now)


def _relay(route: Route, sandbox_port: int, lookups: Lookups, now: datetime) -> Iterator[Diagnosis]:
    topic = f"relay {route.name}"
    try:
        seen = asyncio.run(visit(replace(route.address, timeouts=PATIENCE)))
    except RelayError as error:
        is_sandbox = route.address.port == sandbox_port and is_loopback(route.address.host)
        mend = "run: mailer sandbox" if is_sandbox else error.mend or "check [relays]"
        yield ill(topic, error.what, mend)
        return
    yield good(topic, _offers(route, seen))
    if seen.certificate_ends is not None:
        yield _certificate(topic, seen.certificate_ends, now)
    if not seen.offers.pipelining:
        yield frail(
            topic,
            "it does not offer PIPELINING: three waits a message more",
            "nothing to mend on our side; another relay would be faster (RFC 2920)",
        )
    if not is_loopback(seen.peer):
        yield both_ways(lookups, seen.peer)


def _offers(route: Route, seen: Visit) -> str:
    words = [f"{route.address} answers"]
    words.append(f"{seen.tls}" if seen.tls else "in clear text")
    if route.address.username:
        words.append("lets us in")
    if seen.offers.size:
        words.append(f"takes {seen.offers.size // 1_000_000} MB a message")
    return ", ".join(words)


def _certificate(topic: str, ends: datetime, now: datetime) -> Diagnosis:
    topic = f"{topic}, certificate"
    if ends - now < SOON:
        return frail(topic, f"it ends on {ends:%Y-%m-%d}", "tell who runs the relay")
    return good(topic, f"valid until {ends:%Y-%m-%d}")
