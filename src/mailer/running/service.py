"""`mailer run`: pages, scheduler and delivery as processes that one supervisor keeps alive."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from mailer.clock import Rehearsal
from mailer.config import ConfigError, Workspace, is_loopback
from mailer.errors import MailerError, Where
from mailer.keys import Keys
from mailer.notices import Alarm, AlarmEvent, alarm, signers_of
from mailer.running.child import Progress, Setup
from mailer.running.health import health_app
from mailer.running.life import PartState
from mailer.running.metrics import Metrics
from mailer.running.pages import Pages, PortTakenError, listen, port_of, server_of, url_of
from mailer.running.parts import parts_of
from mailer.running.supervisor import Supervisor, forkserver
from mailer.running.systemd import notify, watchdog_seconds
from mailer.store import Store

log = structlog.get_logger("service")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the service answers."""

    pages: str
    health: str


Announce = Callable[[Addresses], None]


def run_service(
    workspace: Workspace,
    store: Store,
    keys: Keys,
    *,
    rehearsal: Rehearsal | None = None,
    port: int | None = None,
    health_port: int | None = None,
    ready: Announce = lambda _addresses: None,
) -> None:
    """Run until SIGINT or SIGTERM; `ready` hears where it answers once every part does its work.

    A rehearsal is refused where a relay could take its mail off this machine. Raises
    PortTakenError, and ConfigError before anything is begun with what could not end well.
    """
    _refuse_what_cannot_work(workspace)
    if rehearsal is not None:
        _refuse_to_rehearse_before_the_world(workspace)
    settings = workspace.settings.service
    pages = listen(workspace.settings.site.listen, port_of(workspace, port))
    try:
        health = listen(
            settings.listen,
            settings.port if health_port is None else health_port,
            what="the health endpoints",
            key="service.port",
        )
    except PortTakenError:
        pages.close()
        raise
    setup = Setup(workspace.file, rehearsal)
    with pages, health:
        asyncio.run(Service(workspace, store, keys, setup, pages, health, ready).run())


class Service:
    """The parent of every part."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        keys: Keys,
        setup: Setup,
        pages: socket.socket,
        health: socket.socket,
        ready: Announce,
    ) -> None:
        self._workspace, self._store, self._keys, self._setup = workspace, store, keys, setup
        self._pages, self._health, self._ready = pages, health, ready
        self._metrics = Metrics(store, setup.clock)
        self._supervisors: list[Supervisor] = []
        self._stopping = asyncio.Event()
        self._all_up = asyncio.Event()

    async def run(self) -> None:
        """Keep everything alive until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        await asyncio.to_thread(self._metrics.begin)
        context = forkserver()
        self._supervisors = [
            Supervisor(
                context,
                part,
                self._setup,
                changed=self._changed,
                died=self._died,
                progressed=self._progressed,
            )
            for part in parts_of(self._workspace, self._pages)
        ]
        server = server_of(health_app(self._store, self._metrics, self._states))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(server.serve(sockets=[self._health]))
            for supervisor in self._supervisors:
                tasks.create_task(supervisor.keep_alive())
            tasks.create_task(self._announce())
            tasks.create_task(self._keep_watchdog_calm())
            await self._stopping.wait()
            self._stop(server)
        log.info("service stopped")

    def _stop(self, server: Pages) -> None:
        notify("STOPPING=1")
        log.info("service stopping")
        for supervisor in self._supervisors:
            supervisor.stop()
        server.should_exit = True

    def _states(self) -> dict[str, PartState]:
        return {one.part.name: one.state for one in self._supervisors}

    def _changed(self, supervisor: Supervisor) -> None:
        self._metrics.part(supervisor.part.name, is_up=supervisor.state is PartState.UP)
        log.info("part", name=supervisor.part.name, state=supervisor.state, pid=supervisor.pid)
        if all(one.state is PartState.UP for one in self._supervisors):
            self._all_up.set()

    def _progressed(self, progress: Progress) -> None:
        for (metric, label), count in progress.counts.items():
            self._metrics.add(metric, label, count)

    def _died(self, supervisor: Supervisor) -> None:
        self._metrics.add("part_restarts", supervisor.part.name, 1)
        telling = asyncio.get_running_loop().run_in_executor(None, self._tell, supervisor)
        telling.add_done_callback(lambda done: done.exception())

    def _tell(self, supervisor: Supervisor) -> None:
        now = self._setup.clock()
        name = supervisor.part.name
        try:
            with self._store.write() as connection:
                alarm(
                    connection,
                    self._workspace,
                    self._keys,
                    Alarm(
                        event=AlarmEvent.CHILD_DIED,
                        list_key=next(iter(self._workspace.settings.lists)),
                        # What dies again and again is told once an hour.
                        cause=f"{socket.gethostname()} {name} {now:%Y-%m-%dT%H}",
                        what=name,
                    ),
                    now=now,
                )
        except MailerError as error:
            log.warning("cannot tell the editors", why=error.what)

    async def _announce(self) -> None:
        up = asyncio.create_task(self._all_up.wait())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait([up, stopping], return_when=asyncio.FIRST_COMPLETED)
        if self._all_up.is_set():
            notify("READY=1")
            addresses = Addresses(url_of(self._pages), url_of(self._health))
            log.info("service ready", pages=addresses.pages, health=addresses.health)
            self._ready(addresses)
        for task in (up, stopping):
            task.cancel()

    async def _keep_watchdog_calm(self) -> None:
        seconds = watchdog_seconds()
        while seconds and not self._stopping.is_set():
            notify("WATCHDOG=1")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._stopping.wait()


def _refuse_what_cannot_work(workspace: Workspace) -> None:
    """Keys and passwords that cannot be read are heard of now, not in the night of the slot."""
    for mailing_list in workspace.settings.lists.values():
        signers_of(workspace, mailing_list.sender.domain)
        for relay in workspace.relays(mailing_list).values():
            workspace.password(relay)
    if workspace.settings.alarms.webhook:
        workspace.webhook_secret()


def _refuse_to_rehearse_before_the_world(workspace: Workspace) -> None:
    for name, relay in workspace.settings.relays.items():
        if not is_loopback(relay.host):
            raise ConfigError(
                f"a rehearsal's mail would leave this machine through relays.{name}",
                where=Where(workspace.file),
                mend="rehearse with the sandbox: host = 127.0.0.1",
            )
