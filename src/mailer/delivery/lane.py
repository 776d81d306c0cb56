"""A lane: one relay as a worker uses it, with its pace, its condition and its domains' limits."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailer.delivery.health import Condition, Health
from mailer.delivery.jobs import Job
from mailer.delivery.pace import Bucket, Pace
from mailer.delivery.routes import Route
from mailer.smtp import Envelope, Kind, Outcome, Stage

if TYPE_CHECKING:
    from mailer.delivery.worker import Worker

# RFC 5321 4.2.3: 421 «closing» and 451 «local error» ask for patience with everybody. 451 is also
# what one reader's server says that wants to see us twice (greylisting): so for a recipient or a
# content it counts only when it comes again and again, with nothing else between.
COMPLAINTS = frozenset({421, 451})
COMPLAINTS_IN_A_ROW = 5
# How far ahead a job for a domain with room is looked for.
LOOK_AHEAD = 200
# A lane may be so many messages ahead of its share before it lets the others catch up.
AHEAD = 20


class Lane:
    """The feed of every session with one relay."""

    def __init__(self, worker: Worker, route: Route, pace: Pace, *, now: float) -> None:
        self.route = route
        self.condition = Condition()
        self.taken = 0
        """Messages handed out, weighed against the other lanes' while all are well."""
        self._worker = worker
        self._pace = pace
        self._domain_pace = {
            domain: Bucket(limit.per_second, now=now)
            for domain, limit in route.domains.items()
            if limit.per_second
        }
        self._domain_most = {
            domain: limit.connections
            for domain, limit in route.domains.items()
            if limit.connections
        }
        self._on_the_way: Counter[str] = Counter()
        self._complaints = 0

    # The feed ---------------------------------------------------------------------------------

    def take(self) -> Envelope | None:
        """The next message for this relay."""
        return self._worker.take(self)

    def commit(self, done: Outcome | None, intent: Envelope) -> bool:
        """Write down what happened and what is about to."""
        return self._worker.commit(self, done, intent)

    def settle(self, outcome: Outcome) -> None:
        """Write down an outcome that no content follows."""
        self._worker.settle(self, outcome)

    # What the worker asks ---------------------------------------------------------------------

    def pick(self, ready: deque[Job], now: float) -> tuple[Job | None, float]:
        """A job that may go now, or None and the seconds to wait before asking again."""
        if now < self.condition.until:
            return None, self.condition.until - now
        job = self._first_with_room(ready, now)
        if job is None:
            return None, 0.1
        wait = self._pace.wait(now)
        if wait:
            ready.appendleft(job)
            return None, wait
        self.taken += 1
        if self._domain_most or self._domain_pace:
            self._on_the_way[job.domain] += 1
            if bucket := self._domain_pace.get(job.domain):
                bucket.note(now)
        return job, 0.0

    def is_ahead(self, lanes: Iterable[Lane]) -> bool:
        """Whether the other lanes that are well should catch up with their share first."""
        mine = self.taken / self.route.weight
        others = [
            lane.taken / lane.route.weight
            for lane in lanes
            if lane is not self and lane.condition.health is Health.WELL and lane.condition.ever_up
        ]
        return bool(others) and mine > min(others) + AHEAD / self.route.weight

    def heard(self, outcome: Outcome, now: float) -> None:
        """What an answer about one message says about the relay."""
        reply = outcome.reply
        if reply is None:
            return
        if outcome.kind is Kind.ACCEPTED:
            self.condition.went_well()
        if reply.code not in COMPLAINTS:
            self._complaints = 0
            return
        self._complaints += 1
        if outcome.stage is Stage.MAIL or self._complaints >= COMPLAINTS_IN_A_ROW:
            self._complaints = 0
            self.condition.complained(now, str(reply))

    def came_back(self, job: Job) -> None:
        """A message of this lane has its outcome."""
        if self._on_the_way:
            self._on_the_way[job.domain] -= 1

    def _first_with_room(self, ready: deque[Job], now: float) -> Job | None:
        if not (self._domain_most or self._domain_pace):
            return ready.popleft()
        aside: list[Job] = []
        found: Job | None = None
        while ready and len(aside) < LOOK_AHEAD:
            job = ready.popleft()
            if self._has_room(job.domain, now):
                found = job
                break
            aside.append(job)
        ready.extendleft(reversed(aside))
        return found

    def _has_room(self, domain: str, now: float) -> bool:
        most = self._domain_most.get(domain)
        if most is not None and self._on_the_way[domain] >= most:
            return False
        bucket = self._domain_pace.get(domain)
        return bucket is None or bucket.wait(now) == 0.0
