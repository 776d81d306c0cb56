"""However many workers and lists use a relay, its limits hold for all of them together."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_workspace
from mailer.config import Rate, Workspace
from mailer.delivery import Route, routes_of
from mailer.running.sharing import Group, Share, groups_of, workers_of


def parts(workspace: Workspace, groups: list[Group], workers: int) -> list[Route]:
    return [
        route
        for index in range(workers)
        for group in groups
        for route in Share.among(groups, index, workers).routes(workspace, group)
    ]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("sample"))


def configured(
    workspace: Workspace, relays: dict[str, int], lists: dict[str, list[str]]
) -> Workspace:
    one = workspace.settings.relays["main"]
    list_ = workspace.settings.lists["cafe"]
    changed = {
        "relays": {
            name: one.model_copy(update={"connections": most, "rate": (Rate(100, 1),)})
            for name, most in relays.items()
        },
        "lists": {
            key: list_.model_copy(update={"relays": tuple(names)}) for key, names in lists.items()
        },
    }
    return Workspace(workspace.file, workspace.settings.model_copy(update=changed))


NAMES = ("one", "two", "three")


@settings(max_examples=60, deadline=None)
@given(
    most=st.lists(st.integers(1, 12), min_size=3, max_size=3),
    uses=st.lists(st.sets(st.sampled_from(NAMES), min_size=1), min_size=1, max_size=4),
    workers=st.integers(1, 5),
)
def test_no_relay_gets_more_than_it_may(
    sample: Workspace, most: list[int], uses: list[set[str]], workers: int
) -> None:
    lists = {f"list{n}": sorted(names) for n, names in enumerate(uses)}
    workspace = configured(sample, dict(zip(NAMES, most, strict=True)), lists)
    groups = groups_of(workspace)
    given_out = parts(workspace, groups, workers)
    for name, limit in zip(NAMES, most, strict=True):
        mine = [route for route in given_out if route.name == name]
        users = sum(name in group.relays for group in groups)
        # Each group must be able to send at all.
        assert sum(route.connections for route in mine) <= max(limit, users)
        assert sum(route.rates[0].per_second for route in mine) <= 100.0001
    for group in groups:
        wanted = {route.name for route in routes_of(workspace, group.lists[0])}
        got = {
            route.name
            for index in range(workers)
            for route in Share.among(groups, index, workers).routes(workspace, group)
        }
        assert got == wanted, "every list reaches each of its relays"


def test_lists_with_the_same_relays_wait_in_one_line(sample: Workspace) -> None:
    workspace = configured(
        sample, {"one": 4, "two": 4}, {"a": ["one"], "b": ["one", "two"], "c": ["one"]}
    )
    assert [group.lists for group in groups_of(workspace)] == [("a", "c"), ("b",)]


def test_no_worker_is_without_a_connection(sample: Workspace) -> None:
    workspace = configured(sample, {"one": 2}, {"a": ["one"]})
    delivery = workspace.settings.delivery.model_copy(update={"workers": 9})
    settings_ = workspace.settings.model_copy(update={"delivery": delivery})
    assert workers_of(Workspace(workspace.file, settings_)) == 2
