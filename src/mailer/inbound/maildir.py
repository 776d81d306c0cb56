"""A maildir: new mail lies in `new`, what was looked at in `cur`, each in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from mailer.inbound.boxes import MOST_OCTETS, Arrived, InboundError

_SEEN = ":2,S"


class MaildirBox:
    """Reads what a delivery agent put into `new`."""

    def __init__(self, root: Path, done: str) -> None:
        self._root = root
        self._done = root / f".{done}" / "cur" if done else None

    def __enter__(self) -> MaildirBox:
        if not (self._root / "new").is_dir():
            raise InboundError(
                f"{self._root} is no maildir: it has no folder «new»",
                mend="see inbound.maildir in config.toml",
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def arrived(self) -> Iterator[Arrived]:
        """The files in `new`, oldest first: their names begin with the time."""
        for file in sorted((self._root / "new").iterdir(), key=lambda path: path.name):
            if file.name.startswith("."):
                continue
            try:
                with file.open("rb") as stream:
                    header = stream.read(MOST_OCTETS)
            except FileNotFoundError:  # another reader was first
                continue
            except OSError as error:
                raise _unreadable(file, error) from None
            yield Arrived(file.name, header)

    def finish(self, name: str) -> None:
        """Delete it, or move it into the folder for what is done."""
        file = self._root / "new" / name
        try:
            if self._done is None:
                file.unlink(missing_ok=True)
                return
            for folder in ("tmp", "new", "cur"):
                (self._done.parent / folder).mkdir(parents=True, exist_ok=True)
            file.rename(self._done / f"{name}{_SEEN}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(file, error) from None

    def leave_be(self, name: str) -> None:
        """Move it from `new` to `cur`, seen."""
        file = self._root / "new" / name
        try:
            (self._root / "cur").mkdir(exist_ok=True)
            file.rename(self._root / "cur" / f"{name}{_SEEN}")
        except FileNotFoundError:
            return
        except OSError as error:
            raise _unreadable(file, error) from None


def _unreadable(file: Path, error: OSError) -> InboundError:
    return InboundError(
        f"{file.parent} cannot be read or changed: {error.strerror}",
        mend="the user who runs mailer must own the maildir",
    )
