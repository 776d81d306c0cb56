"""One question to one web server: HEAD, then GET where HEAD is not understood; nothing is read.

The address is looked up once, judged, and then connected to, so that a name cannot lead into our
own network after it was judged.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

import idna

from mailer import __version__
from mailer.composing import Frame
from mailer.config import is_loopback

ANSWER_SECONDS: Final = 10.0
_LONGEST: Final = 2048


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said, or why there is no answer; `location` is where it sends us."""

    status: int = 0
    location: str = ""
    fault: str = ""


@dataclass(slots=True)
class Asker:
    """Asks as somebody who says who they are; never two questions to one host at once."""

    user_agent: str
    may_be_private: bool = False
    """Whether addresses that the world cannot reach may be asked: on a workspace at home."""
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = ANSWER_SECONDS
    _hosts: dict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, url: str) -> Answer:
        """What the server says about this address; never raises."""
        try:
            parts = urlsplit(url)
            host = _ascii(parts.hostname or "")
            port = parts.port
        except (ValueError, idna.IDNAError):
            return Answer(fault="is no address that could be asked")
        if parts.scheme not in {"http", "https"} or not host or len(url) > _LONGEST:
            return Answer(fault="is no address that could be asked")
        with self._opening:
            lock = self._hosts[host]
        with lock:
            return self._asked(parts, host, port or (443 if parts.scheme == "https" else 80))

    def _asked(self, parts: SplitResult, host: str, port: int) -> Answer:
        answer = self._request("HEAD", parts, host, port)
        # Many servers answer HEAD with an error that GET does not meet.
        if answer.fault or answer.status >= 400:
            again = self._request("GET", parts, host, port)
            return answer if again.fault and not answer.fault else again
        return answer

    def _request(self, method: str, parts: SplitResult, host: str, port: int) -> Answer:
        try:
            address = self._address(host, port)
            connection = _Connection(host, port, address, self.tls, self.seconds, parts.scheme)
        except OSError as error:
            return Answer(fault=_words(error))
        try:
            connection.request(
                method,
                _target(parts),
                headers={"User-Agent": self.user_agent, "Accept": "*/*", "Connection": "close"},
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheader("Location") or "")
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Answer(fault=_words(error))
        finally:
            connection.close()

    def _address(self, host: str, port: int) -> str:
        """The address to connect to; raises OSError for one that is none of ours to ask."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
        if not self.may_be_private and not all(map(_is_public, addresses)):
            raise _PrivateAddressError
        return addresses[0]


def asker_for(frame: Frame) -> Asker:
    """Who asks for a list; a workspace that is this machine's own may ask at home."""
    agent = f"mailer/{__version__} (link check; +{frame.base_url}; {frame.contact})"
    host = urlsplit(frame.base_url).hostname or ""
    return Asker(agent.encode("ascii", "replace").decode(), may_be_private=is_loopback(host))


class _PrivateAddressError(OSError):
    """The name leads into a network of somebody's own."""


class _Connection(http.client.HTTPConnection):
    """To the address that was judged, under the name that was asked for."""

    def __init__(
        self, host: str, port: int, address: str, tls: ssl.SSLContext, seconds: float, scheme: str
    ) -> None:
        super().__init__(host, port, timeout=seconds)
        self._judged = address
        self._tls = tls if scheme == "https" else None
        self.default_port = 443 if scheme == "https" else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self._judged, self.port), self.timeout)
        if self._tls is not None:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)


def _ascii(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


def _is_public(address: str) -> bool:
    """Whether it is reached over the internet (IANA's special-purpose registries)."""
    ip = ipaddress.ip_address(address)
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return f"{path}?{query}" if query else path


def _words(error: Exception) -> str:
    if isinstance(error, _PrivateAddressError):
        return "leads into a private network, where no reader gets"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not good: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "does not speak TLS as it should"
    if isinstance(error, socket.gaierror):
        return "has a name that is not in DNS, or no network is there"
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, ConnectionRefusedError):
        return "refuses the connection"
    if isinstance(error, OSError):
        return f"cannot be reached: {error.strerror or type(error).__name__}"
    return "answers with something that is no HTTP"
