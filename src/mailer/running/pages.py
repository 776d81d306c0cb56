"""The reader pages as a server, on a socket that may outlive it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from mailer.config import Workspace
from mailer.errors import MailerError

DEFAULT_PORT = 8025
LAST_REQUESTS_SECONDS = 5


class PortTakenError(MailerError):
    """Somebody else listens where we should."""


class Pages(uvicorn.Server):
    """uvicorn, without a say in what signals mean."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to us: what runs beside the pages must stop too."""
        yield


def server_of(app: Any, *, patience: int = LAST_REQUESTS_SECONDS) -> Pages:
    """A server of that application, which gives the last requests so many seconds.

    It keeps no access log: it would hold the tokens of links.
    """
    return Pages(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            proxy_headers=False,  # whom we believe is site.trusted_proxies' word alone
            server_header=False,
            timeout_graceful_shutdown=patience,
        )
    )


def listen(
    host: str, port: int, *, what: str = "the pages", key: str = "site.port"
) -> socket.socket:
    """A socket that listens there; raises PortTakenError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise PortTakenError(
            f"{what} cannot listen on {host}:{port}: {error.strerror}",
            mend=f"stop what listens there, or choose another port: {key}",
        ) from None


def port_of(workspace: Workspace, port: int | None) -> int:
    """Where the pages listen: as asked for, as configured, or as base_url says."""
    site = workspace.settings.site
    return port or site.port or urlsplit(site.base_url).port or DEFAULT_PORT


def url_of(listening: socket.socket) -> str:
    """The address somebody on this machine may ask."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
