"""A mailbox on an IMAP server (RFC 3501): unseen mail is read, what was acted on is taken away."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from mailer.config import InboundSettings
from mailer.inbound.boxes import Arrived, InboundError

WAIT_SECONDS = 60.0


class ImapBox:
    """One session with the server; messages are known by their UID."""

    def __init__(self, settings: InboundSettings, password: str, root: Path) -> None:
        self._settings = settings
        self._password = password
        self._ca_file = root / settings.ca_file if settings.ca_file else None
        self._server: imaplib.IMAP4 | None = None

    def __enter__(self) -> ImapBox:
        try:
            self._server = self._connected()
            if self._settings.username:
                self._server.login(self._settings.username, self._password)
            self._said(self._server.select(_quoted(self._settings.folder)))
        except (OSError, imaplib.IMAP4.error) as error:
            self._close()
            raise self._failed(error) from None
        except InboundError:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def arrived(self) -> Iterator[Arrived]:
        """The unseen messages; reading them leaves them unseen (BODY.PEEK)."""
        [found] = self._uid("SEARCH", "UNSEEN")
        for uid in (found or b"").split():
            name = uid.decode("ascii")
            answers = self._uid("FETCH", name, "(BODY.PEEK[HEADER])")
            header = next((one[1] for one in answers if isinstance(one, tuple)), None)
            if header is not None:  # else it was taken away meanwhile
                yield Arrived(name, header)

    def finish(self, name: str) -> None:
        """Move it into the folder for what is done (RFC 6851), or delete it."""
        done = self._settings.done
        if done and "MOVE" in self._imap.capabilities:
            self._uid("MOVE", name, _quoted(done))
            return
        if done:
            self._uid("COPY", name, _quoted(done))
        self._uid("STORE", name, "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._imap.capabilities:  # RFC 4315: that one and no other
            self._uid("EXPUNGE", name)
        else:
            self._do(self._imap.expunge)

    def leave_be(self, name: str) -> None:
        """Mark it as seen."""
        self._uid("STORE", name, "+FLAGS.SILENT", r"(\Seen)")

    @property
    def _imap(self) -> imaplib.IMAP4:
        assert self._server is not None
        return self._server

    def _connected(self) -> imaplib.IMAP4:
        host, port = self._settings.imap_host, self._settings.imap_port
        if self._settings.imap_security == "none":
            return imaplib.IMAP4(host, port, timeout=WAIT_SECONDS)
        context = ssl.create_default_context(cafile=self._ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._settings.imap_security == "tls":
            return imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=WAIT_SECONDS)
        server = imaplib.IMAP4(host, port, timeout=WAIT_SECONDS)
        try:
            server.starttls(context)
        except BaseException:
            server.shutdown()
            raise
        return server

    def _uid(self, command: str, *arguments: str) -> list[Any]:
        return self._do(lambda: self._imap.uid(command, *arguments))

    def _do(self, ask: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
        try:
            return self._said(ask())
        except (OSError, imaplib.IMAP4.error) as error:
            raise self._failed(error) from None

    def _said(self, answer: tuple[str, list[Any]]) -> list[Any]:
        kind, data = answer
        if kind != "OK":
            words = next((one.decode("utf-8", "replace") for one in data if one), "no")
            raise self._failed(words)
        return data

    def _failed(self, error: object) -> InboundError:
        """What went wrong; a server's words hold no password of ours."""
        host = self._settings.imap_host
        return InboundError(
            f"the mailbox on {host} cannot be read: {error}", mend="see [inbound] in config.toml"
        )

    def _close(self) -> None:
        if self._server is None:
            return
        try:
            self._server.logout()
        except (OSError, imaplib.IMAP4.error):
            self._server.shutdown()


def _quoted(folder: str) -> str:
    """A folder's name as IMAP writes it (RFC 3501 9, «quoted»)."""
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
