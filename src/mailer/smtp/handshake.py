"""From a host name to a connection that may carry mail: aiosmtplib leads, we watch its steps."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import aiosmtplib

from mailer.smtp.capabilities import Capabilities, parse_capabilities
from mailer.smtp.errors import (
    AuthError,
    GreetingError,
    LostError,
    RelayError,
    RemoteError,
    TimedOutError,
    TlsError,
    UnreachableError,
)
from mailer.smtp.relay import RelayAddress, Security
from mailer.smtp.replies import Reply
from mailer.smtp.witness import WitnessedClient

_TLS_FLOOR: Final = ssl.TLSVersion.TLSv1_2  # RFC 8996: nothing older


@dataclass(frozen=True, slots=True)
class Hands:
    """A connection after its handshake; `surplus` came behind the last answer."""

    transport: asyncio.Transport
    offers: Capabilities
    surplus: bytes


async def shake_hands(relay: RelayAddress) -> Hands:
    """Connects, secures, greets and logs in. Raises a RelayError and leaves nothing open."""
    connection = await _dial(relay)
    client = WitnessedClient(
        hostname=relay.host,
        local_hostname="localhost",  # asked for, but never said: see _hello
        timeout=relay.timeouts.command,
        use_tls=relay.security is Security.TLS,
        start_tls=False,
        tls_context=None if relay.security is Security.NONE else tls_context(relay.ca_file),
    )
    try:
        return await _converse(client, relay, connection)
    except BaseException as error:
        if client.carrier is not None:
            client.carrier.abort()
        client.close()
        connection.close()
        named = _named(error, relay)
        if named is None:
            raise
        raise named from error


async def _converse(
    client: WitnessedClient, relay: RelayAddress, connection: socket.socket
) -> Hands:
    await client.connect(sock=connection, timeout=relay.timeouts.greeting)
    client.call_witness()
    hello = relay.hello or _address_literal(connection)
    offers = await _greet(client, hello)
    if relay.security is Security.STARTTLS:
        if not offers.starttls:  # RFC 3207 6: required means required
            mend = 'set security = "tls" or "none" if that is what this relay speaks'
            raise TlsError(f"{relay} does not offer STARTTLS", mend=mend)
        await client.starttls()
        offers = await _greet(client, hello)  # RFC 3207 4.2: what was said in clear is forgotten
    if relay.username:
        await _log_in(client, relay)
    if client.carrier is None or client.carrier.is_closing():
        raise LostError(f"{relay} closed the connection after the handshake")
    return Hands(client.carrier, offers, client.surplus)


async def _dial(relay: RelayAddress) -> socket.socket:
    """A connected socket, from the first of the host's addresses that answers."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UnreachableError(
            f"the relay's name {relay.host} is not found: {error.strerror}",
            mend="check host in [relays]",
        ) from error
    trouble: OSError | None = None
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(0)
        try:
            async with asyncio.timeout(relay.timeouts.connect):
                await loop.sock_connect(connection, address)
        except OSError as error:  # TimeoutError is one
            connection.close()
            trouble = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    reason = (trouble.strerror if trouble else None) or "no answer"
    raise UnreachableError(
        f"nobody answers at {relay}: {reason}", mend="is the relay running, and the port right?"
    ) from trouble


async def _greet(client: WitnessedClient, hello: str) -> Capabilities:
    """EHLO, else HELO (RFC 5321 3.2); a server that knows HELO only offers nothing."""
    try:
        await client.ehlo(hostname=hello)
    except aiosmtplib.SMTPHeloError as error:
        if not client.is_connected or error.code < 500:
            raise
        await client.helo(hostname=hello)
        return Capabilities()
    return parse_capabilities(client.answer)


async def _log_in(client: WitnessedClient, relay: RelayAddress) -> None:
    in_clear = client.get_transport_info("sslcontext") is None
    if in_clear and not _is_loopback(client.get_transport_info("peername")):
        raise AuthError(  # RFC 4954 4: plain text mechanisms only under TLS
            f"the password for {relay} would travel in clear text",
            mend='set security = "starttls" or "tls"',
        )
    try:
        await client.login(relay.username, relay.password)
    except aiosmtplib.SMTPResponseException as error:
        reply = _reply(error)
        raise AuthError(
            f"{relay} refuses the user name or password: {reply}", reply=reply
        ) from error
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
        raise
    except aiosmtplib.SMTPException as error:
        raise AuthError(
            f"{relay} offers no way of logging in that we know", mend="leave username empty?"
        ) from error


@lru_cache(maxsize=8)
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Certificate and name are checked, TLS is 1.2 at least; reading the authorities is slow."""
    context = ssl.create_default_context(cafile=ca_file)
    context.minimum_version = _TLS_FLOOR
    return context


def _address_literal(connection: socket.socket) -> str:
    """RFC 5321 4.1.3, for a machine that may have no name the world knows."""
    address = ipaddress.ip_address(str(connection.getsockname()[0]).partition("%")[0])
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _is_loopback(peer: object) -> bool:
    host = str(peer[0]).partition("%")[0] if isinstance(peer, tuple) else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _reply(error: aiosmtplib.SMTPResponseException) -> Reply:
    return Reply(error.code, error.message.encode("utf-8", "surrogateescape"))


def _named(error: BaseException, relay: RelayAddress) -> RelayError | None:
    """The same misfortune in our own words; None for what is no misfortune of the relay's."""
    if isinstance(error, RelayError):
        return None
    secret = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(secret, ssl.SSLError):
        mend = "check the certificate, the host name and `security`"
        return TlsError(f"no secure connection to {relay}: {secret.reason or secret}", mend=mend)
    match error:
        case aiosmtplib.SMTPResponseException(code=-1):
            return RemoteError(f"{relay} does not speak SMTP: {error.message}")
        case aiosmtplib.SMTPConnectResponseError() | aiosmtplib.SMTPHeloError():
            reply = _reply(error)
            return GreetingError(f"{relay} does not serve us: {reply}", reply=reply)
        case aiosmtplib.SMTPResponseException():
            reply = _reply(error)
            return TlsError(f"{relay} refuses STARTTLS: {reply}", reply=reply)
        case aiosmtplib.SMTPTimeoutError() | TimeoutError():
            return TimedOutError(f"{relay} kept silent during the handshake")
        case aiosmtplib.SMTPServerDisconnected() | aiosmtplib.SMTPConnectError():
            return LostError(f"{relay} closed the connection during the handshake")
        case aiosmtplib.SMTPException() | OSError():
            return LostError(f"the handshake with {relay} failed: {error}")
        case _:
            return None
