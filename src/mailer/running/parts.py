"""The parts of the service, each a process of its own: pages, scheduler, workers."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from functools import partial

from mailer.config import Workspace
from mailer.running.calling import keep_calling
from mailer.running.child import Child, Life
from mailer.running.delivering import Deliverer, keep_recovering
from mailer.running.keeping import keep_reading, keep_sealing
from mailer.running.pages import server_of
from mailer.running.posting import keep_signing_up
from mailer.running.sharing import Share, groups_of, workers_of
from mailer.running.waking import keep_scheduling
from mailer.web import Site, create_app

STARTED_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Part:
    """A process of the service by its name, and what it does all its life."""

    name: str
    life: Life


def parts_of(workspace: Workspace, listening: socket.socket) -> list[Part]:
    """Everything that `mailer run` keeps alive; the pages answer on that socket."""
    workers = workers_of(workspace)
    return [
        Part("pages", partial(serve_pages, listening)),
        Part("scheduler", keep_scheduling),
        *(Part(f"worker-{n + 1}", partial(deliver, n, workers)) for n in range(workers)),
    ]


async def serve_pages(listening: socket.socket, child: Child) -> None:
    """The reader pages, and what their forms asked for."""
    dispatch = child.dispatch
    pages = Site(dispatch.workspace, dispatch.store, dispatch.keys, dispatch.clock)
    server = server_of(create_app(pages))
    signing_up = asyncio.create_task(keep_signing_up(pages, child.stopping))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(STARTED_LOOK_SECONDS)
    child.ready()
    stopping = asyncio.create_task(child.stopping.wait())
    await asyncio.wait([serving, signing_up, stopping], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    await serving
    child.stopping.set()  # the pages have ended by themselves: so does the rest
    await signing_up


async def deliver(index: int, of: int, child: Child) -> None:
    """Worker `index` of `of`; the first one also looks after what belongs to nobody."""
    groups = groups_of(child.dispatch.workspace)
    share = Share.among(groups, index, of)
    await asyncio.to_thread(child.dispatch.recover)
    child.ready()
    async with asyncio.TaskGroup() as tasks:
        for group in groups:
            tasks.create_task(Deliverer(child, group, share).keep_delivering())
        if index == 0:
            tasks.create_task(keep_recovering(child))
            tasks.create_task(keep_calling(child))
            tasks.create_task(keep_sealing(child))
            tasks.create_task(keep_reading(child))
