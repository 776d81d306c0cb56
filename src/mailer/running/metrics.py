"""What Prometheus may know: counts and sizes, of nobody in person."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select

from mailer.clock import Clock
from mailer.errors import MailerError
from mailer.notices import count_open, next_call_due
from mailer.store import Store
from mailer.store.tables import (
    Batch,
    BatchState,
    Campaign,
    CampaignState,
    ConsentRecord,
    MailingList,
    Slot,
    SlotState,
)

RATE_SECONDS = 30.0
# Counted by the processes themselves since the service began: name, label, what it counts.
COUNTED = {
    "deliveries": ("outcome", "Messages of campaigns by what became of them."),
    "notices": ("outcome", "Messages that belong to no campaign, by what became of them."),
    "relay_setbacks": ("relay", "How often a relay was down or asked us to slow down."),
    "webhook_calls": ("outcome", "Calls of the webhook."),
    "part_restarts": ("part", "How often a part of the service died and was started again."),
}


class Metrics(Collector):
    """The numbers of one service."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._counts: Counter[tuple[str, str]] = Counter()
        self._up: dict[str, bool] = {}
        self._accepted: deque[tuple[float, int]] = deque()
        self._consents: Counter[str] = Counter()
        self._ledger_seen: int | None = None
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def add(self, metric: str, label: str, count: int) -> None:
        """Count something that a process reported."""
        self._counts[metric, label] += count
        if (metric, label) == ("deliveries", "accepted"):
            self._accepted.append((time.monotonic(), count))

    def part(self, name: str, *, is_up: bool) -> None:
        """Note whether a part does its work."""
        self._up[name] = is_up

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return generate_latest(self._registry)

    def begin(self) -> None:
        """Count consent events from here on; raises StoreError."""
        with self._store.read() as connection:
            self._ledger_seen = _ledger_head(connection)

    def collect(self) -> Iterator[Metric]:
        """What the processes reported, and what the database says now."""
        for metric, (label, meaning) in COUNTED.items():
            family = CounterMetricFamily(f"mailer_{metric}", meaning, labels=[label])
            for (name, value), count in sorted(self._counts.items()):
                if name == metric:
                    family.add_metric([value], count)
            yield family
        up = GaugeMetricFamily("mailer_part_up", "Whether a part does its work.", labels=["part"])
        for part, is_up in sorted(self._up.items()):
            up.add_metric([part], is_up)
        yield up
        yield GaugeMetricFamily(
            "mailer_messages_per_second", "Accepted in the last half minute.", value=self._rate()
        )
        try:
            with self._store.read() as connection:
                found = list(self._from(connection))
        except MailerError:
            found = []
        yield from found
        yield GaugeMetricFamily(
            "mailer_database_up", "Whether the database answers.", value=bool(found)
        )

    def _rate(self) -> float:
        now = time.monotonic()
        while self._accepted and self._accepted[0][0] < now - RATE_SECONDS:
            self._accepted.popleft()
        return sum(count for _, count in self._accepted) / RATE_SECONDS

    def _from(self, connection: Connection) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "mailer_queue_depth",
            "Messages in batches that are not done, of campaigns under way.",
            value=_queue_depth(connection),
        )
        yield GaugeMetricFamily(
            "mailer_notices_waiting", "Notices in the outbox.", value=count_open(connection)
        )
        due = next_call_due(connection)
        late = max(0.0, (self._clock() - due).total_seconds()) if due else 0.0
        yield GaugeMetricFamily(
            "mailer_webhook_lag_seconds", "How late the next webhook call is.", value=late
        )
        lag = GaugeMetricFamily(
            "mailer_slot_lag_seconds",
            "From the last slot's time to its decision, or until now.",
            labels=["list"],
        )
        for key, seconds in _slot_lags(connection, self._clock()):
            lag.add_metric([key], seconds)
        yield lag
        yield self._consent_events(connection)

    def _consent_events(self, connection: Connection) -> Metric:
        """Of what was entered since we began: the ledger may be long."""
        seen = self._ledger_seen
        head = _ledger_head(connection)
        if seen is not None and head > seen:
            rows = connection.execute(
                select(ConsentRecord.action, func.count())
                .where(ConsentRecord.id > seen, ConsentRecord.id <= head)
                .group_by(ConsentRecord.action)
            )
            self._consents.update({action.value: count for action, count in rows})
        self._ledger_seen = head
        family = CounterMetricFamily(
            "mailer_consent_events", "Entries in the consent ledger.", labels=["action"]
        )
        for action, count in sorted(self._consents.items()):
            family.add_metric([action], count)
        return family


def _queue_depth(connection: Connection) -> int:
    total = connection.scalar(
        select(func.sum(Batch.last_id - Batch.first_id + 1))
        .join(Campaign, Campaign.id == Batch.campaign_id)
        .where(Batch.state != BatchState.DONE, Campaign.state == CampaignState.SENDING)
    )
    return int(total or 0)


def _ledger_head(connection: Connection) -> int:
    return connection.scalar(select(func.max(ConsentRecord.id))) or 0


def _slot_lags(connection: Connection, now: datetime) -> Iterator[tuple[str, float]]:
    of_list = select(func.max(Slot.at)).where(Slot.list_id == MailingList.id, Slot.at <= now)
    newest = of_list.correlate(MailingList).scalar_subquery()
    rows = connection.execute(
        select(MailingList.key, Slot.at, Slot.state, Slot.changed_at)
        .join(Slot, Slot.list_id == MailingList.id)
        .where(Slot.at == newest)
    )
    for key, at, state, changed_at in rows:
        decided = now if state is SlotState.PLANNED else changed_at
        yield key, max(0.0, (decided - at).total_seconds())  # held before its time, it is not late
