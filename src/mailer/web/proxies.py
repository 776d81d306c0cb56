"""Who asks, behind our own proxies: X-Forwarded-For is believed from them, and from nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(names: Sequence[str]) -> tuple[Network, ...]:
    """The networks that site.trusted_proxies names."""
    return tuple(map(ipaddress.ip_network, names))


def client_of(scope: Scope, trusted: Sequence[Network]) -> tuple[str, int] | None:
    """The nearest address that is no proxy of ours.

    The header is read from its end: what stands before it, whoever asked may have written.
    """
    client: tuple[str, int] | None = scope.get("client")
    if client is None or not _is_in(client[0], trusted):
        return client
    for address in reversed(_forwarded(scope)):
        if not _is_address(address):
            break
        client = (address, 0)
        if not _is_in(address, trusted):
            break
    return client


def _forwarded(scope: Scope) -> list[str]:
    fields = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [part.strip() for part in b",".join(fields).decode("latin-1").split(",")]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_in(text: str, trusted: Sequence[Network]) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in trusted)
