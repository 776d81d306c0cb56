"""Who sends over which relays, so that a relay's limits hold however many of us use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mailer.config import Workspace, connections_to
from mailer.delivery import Route, routes_of


@dataclass(frozen=True, slots=True)
class Group:
    """Lists that share the same relays: their mails wait in one line."""

    relays: frozenset[str]
    lists: tuple[str, ...]


def groups_of(workspace: Workspace) -> list[Group]:
    """Every list in its group."""
    lists: dict[frozenset[str], list[str]] = {}
    for key, mailing_list in workspace.settings.lists.items():
        lists.setdefault(frozenset(workspace.relays(mailing_list)), []).append(key)
    return [Group(relays, tuple(keys)) for relays, keys in lists.items()]


def workers_of(workspace: Workspace) -> int:
    """How many worker processes: as configured, but none without a connection."""
    settings = workspace.settings
    most = max(connections_to(relay) for relay in settings.relays.values())
    return min(settings.delivery.workers, most)


@dataclass(frozen=True, slots=True)
class Share:
    """What worker `index` of `of` may use of a relay that `users` groups have in common."""

    index: int
    of: int
    users: Mapping[str, tuple[Group, ...]]

    @classmethod
    def among(cls, groups: list[Group], index: int, of: int) -> Share:
        """The share of one worker."""
        relays = frozenset[str]().union(*(group.relays for group in groups))
        users = {name: tuple(one for one in groups if name in one.relays) for name in relays}
        return cls(index, of, users)

    def routes(self, workspace: Workspace, group: Group) -> list[Route]:
        """This worker's part of all relays of a group, but for those it has no connection to."""
        routes = [self._part(route, group) for route in routes_of(workspace, group.lists[0])]
        return [route for route in routes if route.connections]

    def _part(self, route: Route, group: Group) -> Route:
        """This worker's part of a relay for one group; it may have no connection."""
        users = self.users[route.name]
        # The first connections go round the groups, so that each can send.
        mine = route.share(self.index * len(users) + users.index(group), len(users) * self.of)
        if self.index == 0 and not mine.connections:
            # More groups than connections: each needs one to send at all.
            return replace(mine, connections=1)
        return mine
