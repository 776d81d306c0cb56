"""Relays in use: from config.toml to what a worker's lane needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from mailer.config import Rate, Relay, WarmUp, Workspace, connections_to, rates_to
from mailer.smtp import RelayAddress, Security, Timeouts
from mailer.store.tables import Delivery, DeliveryState

DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainLimit:
    """What one recipient domain may get through a relay."""

    per_second: float | None = None
    connections: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A relay in use."""

    name: str
    address: RelayAddress
    connections: int
    rates: tuple[Rate, ...] = ()
    messages: int | None = None
    """At most so many on one connection."""
    weight: int = 1
    warm_up: WarmUp | None = None
    domains: Mapping[str, DomainLimit]

    def share(self, index: int, of: int) -> Route:
        """The part of it that worker `index` of `of` has; its connections may be none."""
        extra = index < self.connections % of
        return replace(
            self,
            connections=self.connections // of + extra,
            rates=tuple(Rate(rate.count, rate.seconds * of) for rate in self.rates),
            domains={
                domain: DomainLimit(
                    per_second=limit.per_second / of if limit.per_second else None,
                    connections=max(1, limit.connections // of) if limit.connections else None,
                )
                for domain, limit in self.domains.items()
            },
        )


def routes_of(workspace: Workspace, list_key: str) -> list[Route]:
    """The relays of a list; raises ConfigError where a password cannot be read."""
    relays = workspace.relays(workspace.list(list_key))
    return [_route(workspace, name, relay) for name, relay in relays.items()]


def _route(workspace: Workspace, name: str, relay: Relay) -> Route:
    return Route(
        name=name,
        address=RelayAddress(
            host=relay.host,
            port=relay.port,
            security=Security(relay.security),
            username=relay.username,
            password=workspace.password(relay),
            hello=relay.hello,
            ca_file=workspace.root / relay.ca_file if relay.ca_file else None,
            timeouts=_timeouts(relay.timeout),
        ),
        connections=connections_to(relay),
        rates=rates_to(relay),
        messages=relay.messages_per_connection,
        weight=relay.weight,
        warm_up=relay.warm_up,
        domains={
            domain.lower(): DomainLimit(
                per_second=limit.rate.per_second if limit.rate else None,
                connections=limit.connections,
            )
            for domain, limit in relay.domains.items()
        },
    )


def _timeouts(limit: timedelta | None) -> Timeouts:
    if limit is None:
        return Timeouts()
    seconds = limit.total_seconds()
    return Timeouts(
        connect=seconds,
        greeting=seconds,
        command=seconds,
        mail=seconds,
        rcpt=seconds,
        data=seconds,
        block=seconds,
        final=seconds,
    )


def warm_up_limit(plan: WarmUp, today: date) -> int:
    """How many messages a day the plan allows on a day; before its first, none."""
    days = (today - plan.start).days
    if days < 0:
        return 0
    # A plan that has run for months allows more than anybody sends, not more than a float holds.
    return int(plan.first_day * min(plan.growth ** min(days, 365), 1e9))


def accepted_since(connection: Connection, relay: str, moment: datetime) -> int:
    """How many messages a relay took since then: what sliding limits begin with."""
    return connection.scalars(
        select(func.count())
        .select_from(Delivery)
        .where(
            Delivery.relay == relay,
            Delivery.state == DeliveryState.ACCEPTED,
            Delivery.settled_at >= moment,
        )
    ).one()
