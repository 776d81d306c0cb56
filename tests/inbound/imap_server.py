"""A small IMAP server (RFC 3501): one account, folders in memory, one client at a time."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field

USER, PASSWORD = "machine", "geheim \"'%20"


@dataclass(slots=True)
class Mail:
    content: bytes
    flags: set[str] = field(default_factory=set)


class ImapServer:
    """Listens until closed; `folders` may be looked into and filled at any time."""

    def __init__(
        self,
        *,
        context: ssl.SSLContext | None = None,
        starttls: bool = False,
        capabilities: str = "IMAP4rev1 MOVE UIDPLUS",
        refuses: str = "",
    ) -> None:
        self.folders: dict[str, dict[int, Mail]] = {"INBOX": {}, "Done": {}}
        self.commands: list[str] = []
        self._numbers = iter(range(1, 1000))
        self._context = context
        self._starttls = starttls
        self._capabilities = capabilities + (" STARTTLS" if starttls else "")
        self._refuses = refuses
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def deliver(self, content: bytes) -> None:
        self.folders["INBOX"][next(self._numbers)] = Mail(content)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError, ssl.SSLError), client:
                client.settimeout(5)
                if self._context and not self._starttls:
                    with self._context.wrap_socket(client, server_side=True) as safe:
                        self._talk(safe)
                else:
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        self._folder = "INBOX"
        stream = client.makefile("rwb")
        _say(stream, "* OK ready")
        self._converse(stream, client)

    def _converse(self, stream, client: socket.socket | None = None) -> None:  # type: ignore[no-untyped-def]
        while line := stream.readline():
            tag, _, rest = line.decode().rstrip("\r\n").partition(" ")
            self.commands.append(rest)
            word = rest.split()[1 if rest.startswith("UID ") else 0].upper()
            if word == self._refuses:
                _say(stream, f"{tag} NO not today")
                continue
            if word == "STARTTLS" and self._context and client:
                _say(stream, f"{tag} OK begin")
                stream.close()
                with self._context.wrap_socket(client, server_side=True) as safe:
                    self._converse(safe.makefile("rwb"))
                return
            if word == "LOGIN" and rest.split(" ", 1)[1] != f"{USER} {_quoted(PASSWORD)}":
                _say(stream, f"{tag} NO [AUTHENTICATIONFAILED] who are you")
                continue
            if not self._answer(stream, word, rest):
                _say(stream, f"{tag} BAD what")
                continue
            _say(stream, f"{tag} OK done")
            if word == "LOGOUT":
                return

    def _answer(self, stream, word: str, rest: str) -> bool:  # type: ignore[no-untyped-def]
        found = re.search(r"UID \w+ (\d+)", rest)
        uid = int(found[1]) if found else 0
        act = getattr(self, f"_{word.lower()}", None)
        if act is None:
            return False
        act(stream, uid, rest)
        stream.flush()
        return True

    @property
    def _open(self) -> dict[int, Mail]:
        return self.folders[self._folder]

    def _capability(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        _say(stream, f"* CAPABILITY {self._capabilities}")

    def _login(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        pass

    def _select(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        self._folder = rest.split('"')[1]
        _say(stream, f"* {len(self._open)} EXISTS")

    def _search(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        unseen = [str(one) for one, mail in self._open.items() if r"\Seen" not in mail.flags]
        _say(stream, f"* SEARCH {' '.join(unseen)}")

    def _fetch(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        header = self._open[uid].content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        _say(stream, f"* 1 FETCH (UID {uid} BODY[HEADER] {{{len(header)}}}")
        stream.write(header + b")\r\n")

    def _store(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        self._open[uid].flags.add(rest.partition("(")[2].rstrip(")"))

    def _move(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        self.folders[rest.split('"')[1]][uid] = self._open.pop(uid)

    def _copy(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        self.folders[rest.split('"')[1]][uid] = self._open[uid]

    def _expunge(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        for one in [one for one, mail in self._open.items() if r"\Deleted" in mail.flags]:
            if uid in {0, one}:
                del self._open[one]

    def _logout(self, stream, uid: int, rest: str) -> None:  # type: ignore[no-untyped-def]
        _say(stream, "* BYE")


def _say(stream, words: str) -> None:  # type: ignore[no-untyped-def]
    stream.write(words.encode() + b"\r\n")
    stream.flush()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
