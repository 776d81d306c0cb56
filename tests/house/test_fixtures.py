"""What conftest promises to every other test."""

import socket
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text

from fixtures import loopback
from mailer.store import Store, check_version


def test_a_store_has_every_table_and_nobody_elses_rows(store: Store) -> None:
    check_version(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM subscribers")).scalar() == 0


def test_an_empty_database_is_empty(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize("address", [("192.0.2.1", 25), ("2001:db8::1", 25, 0, 0)])
def test_a_test_cannot_connect_beyond_this_machine(address: tuple[str | int, ...]) -> None:
    family = socket.AF_INET if len(address) == 2 else socket.AF_INET6
    with socket.socket(family) as client, pytest.raises(loopback.NetworkError):
        client.connect(address)
    loopback.attempts.clear()


def test_a_test_cannot_look_up_a_name() -> None:
    with pytest.raises(loopback.NetworkError):
        socket.getaddrinfo("mail.example", 25)
    loopback.attempts.clear()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "", None, b"localhost"])
def test_this_machine_is_local(host: object) -> None:
    assert loopback.is_local(host)


def test_a_page_has_the_width_and_colours_asked_for(open_page: Callable[..., Page]) -> None:
    page = open_page(width=320, scheme="dark", locale="en-GB")
    page.set_content("<p>☕️</p>")
    wide, dark, spoken = page.evaluate(
        "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, navigator.language]"
    )
    assert (wide, dark, spoken) == (320, True, "en-GB")
