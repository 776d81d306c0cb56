"""Several services on one database around slots a minute apart, killed and started again."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select

from builders import add_readers
from mailer.config import Workspace
from mailer.keys import load_keys
from mailer.store import Store, check_version
from mailer.store.tables import Campaign, CampaignState, Delivery, DeliveryState, Slot, SlotState
from running.issues import write_issue
from running.relay import Relay
from running.services import House, Service, until

BEGIN = datetime(2030, 3, 8, 9, 0, 40, tzinfo=UTC)
EVERY_MINUTE = '{ cron = "* * * * *", proofs = [] }'
FIRST_ISSUE = 900


@dataclass
class Run:
    """Services that share a database, a folder and a clock that is faster than ours."""

    house: House
    relay: Relay
    services: int
    slots: int
    speed: float
    readers: int = 30
    kills: int = 0
    seed: int = 1
    store: Store = field(init=False)
    addresses: list[str] = field(init=False)
    began: float = field(init=False)
    struck: int = 0

    def prepare(self) -> None:
        """A list with readers and a slot every minute."""
        self.store = Store(self.house.url)
        check_version(self.store)
        config = self.house.folder / "config.toml"
        text = config.read_text(encoding="utf-8")
        weekly = 'schedule = { every = "week", on = "friday", at = "07:30" }'
        assert weekly in text
        config.write_text(text.replace(weekly, f"schedule = {EVERY_MINUTE}"), encoding="utf-8")
        keys = load_keys(Workspace.open(config).keys)
        self.addresses = add_readers(self.store, self.readers, keys=keys, now=BEGIN)

    def go(self) -> None:
        """Run them through the slots, killing one now and then; all are gone at the end."""
        dice = random.Random(self.seed)
        running: list[Service] = []
        self.began = time.monotonic()
        try:
            running = [self._started(number) for number in range(self.services)]
            for service in running:
                service.wait_until_ready()
            for number in range(self.slots):
                write_issue(self.house.folder, FIRST_ISSUE + number)
            self._strike(running, dice)
            until(lambda: self.finished() >= self.slots, "every slot's campaign is finished")
        finally:
            for service in running:
                service.kill_all()

    def finished(self) -> int:
        """How many campaigns are."""
        with self.store.read() as connection:
            query = select(func.count()).where(Campaign.state == CampaignState.FINISHED)
            return connection.scalars(query).one()

    def wrongs(self) -> list[str]:
        """Every promise that was broken, one line each."""
        with self.store.read() as connection:
            launched = connection.execute(
                select(Slot.at, func.count(Campaign.id))
                .outerjoin(Campaign, Campaign.slot_id == Slot.id)
                .where(Slot.state == SlotState.LAUNCHED)
                .group_by(Slot.id, Slot.at)
                .order_by(Slot.at)
            ).all()
            others = connection.scalars(
                select(func.count()).where(
                    Slot.state.not_in([SlotState.LAUNCHED, SlotState.EMPTY, SlotState.PLANNED])
                )
            ).one()
            states = connection.execute(
                select(Delivery.state, func.count(), func.sum(Delivery.doubts)).group_by(
                    Delivery.state
                )
            ).all()
        wrongs = [f"the slot of {at} has {count} campaigns" for at, count in launched if count != 1]
        times = [row[0] for row in launched]
        steps = {after - before for before, after in pairwise(times)}
        if len(launched) != self.slots or not steps <= {timedelta(minutes=1)}:
            wrongs.append(f"{len(launched)} slots launched, of {self.slots}: {times}")
        if others:
            wrongs.append(f"{others} slots were held or skipped")
        whole = {DeliveryState.ACCEPTED: self.slots * self.readers}
        if {row[0]: row[1] for row in states} != whole:
            wrongs.append(f"deliveries: {states}")
        doubts = sum(int(row[2]) for row in states)
        return [*wrongs, *self._copies(doubts)]

    def _copies(self, doubts: int) -> list[str]:
        """Each reader once for each slot; again, under the same Message-ID, only when in doubt."""
        total = self.relay.count()
        short = [one for one in self.addresses if total.copies_for(one) < self.slots]
        wrongs = [f"{len(short)} readers did not get every issue"] if short else []
        readers = set(self.addresses)
        extra = sum(total.copies_for(one) - self.slots for one in readers)
        if extra > doubts:
            wrongs.append(f"{extra} copies too many, of which {doubts} were in doubt")
        return wrongs

    def _started(self, number: int) -> Service:
        service = Service(self.house, name=f"run-{number}")
        service.clock = self._clock
        service.start()
        return service

    def _clock(self) -> Sequence[str]:
        gone = timedelta(seconds=(time.monotonic() - self.began) * self.speed)
        return (
            "--rehearse-at",
            (BEGIN + gone).isoformat(),
            "--rehearse-speed",
            str(self.speed),
        )

    def _strike(self, running: list[Service], dice: random.Random) -> None:
        """kill -9 of a whole service or of one process of it, at random instants."""
        span = self.slots * 60.0 / self.speed
        for _ in range(self.kills):
            time.sleep(dice.uniform(0, span / self.kills))  # the instant is what is at random
            if self.finished() >= self.slots:
                return
            self.struck += 1
            victim = dice.choice(running)
            if dice.random() < 0.5:
                victim.kill_all()
            else:
                victim.kill_one(dice)
            if victim.process is None or victim.process.poll() is not None:
                victim.start()
