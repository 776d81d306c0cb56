"""Reading one issue's folder into an Issue, with all its faults said at once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, cast

from mailer.content.errors import ContentError, Faults, raise_faults
from mailer.content.header import Header, locale_of, read_main, read_translation
from mailer.content.model import Column, Edition, Issue, Status
from mailer.content.pictures import Pictures
from mailer.content.reading import Reading
from mailer.content.sections import read_sections
from mailer.content.source import decode, read_bytes
from mailer.errors import Where

MAIN_FILE: Final = "issue.md"


def read_issue(folder: Path, *, columns: Mapping[str, Column] | None = None) -> Issue:
    """The issue in `folder` (or of the issue.md given), with the columns that config names.

    Raises ContentError for one fault and ManyErrors for several, each with file and line.
    """
    return _IssueReader(folder.parent if folder.is_file() else folder, columns or {}).read()


class _IssueReader:
    """One reading: the files' bytes, the pictures they share, and the faults of them all."""

    def __init__(self, folder: Path, columns: Mapping[str, Column]) -> None:
        self._folder = folder
        self._columns = columns
        self._pictures = Pictures(folder)
        self._bytes: dict[str, bytes] = {}
        self._errors: list[ContentError] = []

    def read(self) -> Issue:
        editions: list[Edition] = []
        main = self._main(editions)
        for file in sorted(self._folder.glob("issue.*.md")):
            self._translation(file, main, editions)
        raise_faults(self._errors)
        assert main is not None
        return Issue(
            number=cast(int, main.values["number"]),
            list=main.text("list"),
            locale=main.text("locale"),
            date=cast("dt.date | None", main.values.get("date")),
            status=cast(Status, main.text("status") or "draft"),
            folder=self._folder,
            editions={edition.locale: edition for edition in editions},
            digest=self._digest(),
            images=dict(sorted(self._pictures.used.items())),
        )

    def _main(self, editions: list[Edition]) -> Header | None:
        file = self._folder / MAIN_FILE
        if not file.is_file():
            mend = f"an issue is a folder with {MAIN_FILE} in it"
            self._errors.append(
                ContentError("there is no such issue", where=Where(file), mend=mend)
            )
            return None
        faults = Faults(file)
        header = self._header(faults, read_main)
        if header is not None:
            locale, template = header.text("locale"), header.text("template") or None
            editions.append(self._edition(header, locale, template, faults))
        self._errors += faults.found
        return header

    def _translation(self, file: Path, main: Header | None, editions: list[Edition]) -> None:
        name = file.name.removeprefix("issue.").removesuffix(".md")
        locale = locale_of(name)
        faults = Faults(file)
        if locale is None:
            faults.add(None, f"«{name}» in the file's name is no language", "as in issue.en.md")
        elif main is not None and locale in {edition.locale for edition in editions}:
            faults.add(None, f"the edition in «{locale}» exists already", "see its other file")
        elif main is not None:
            chosen = locale
            header = self._header(
                faults, lambda text, faults: read_translation(text, chosen, main, faults)
            )
            if header is not None:
                template = main.text("template") or None
                editions.append(self._edition(header, locale, template, faults))
        self._errors += faults.found

    def _header(self, faults: Faults, read: Callable[[str, Faults], Header]) -> Header | None:
        """The front matter of a file; None where there is too little of it to go on."""
        try:
            data = self._bytes[faults.file.name] = read_bytes(faults.file)
            return read(decode(data, faults), faults)
        except ContentError as error:
            self._errors.append(error)
            return None

    def _edition(
        self, header: Header, locale: str, template: str | None, faults: Faults
    ) -> Edition:
        reading = Reading(locale, self._pictures, faults, header.body_line, self._columns)
        before = len(faults.found)
        sections = read_sections(header.body, reading)
        if not sections and len(faults.found) == before:
            faults.add(header.body_line, "the issue has no text", "write some below the second ---")
        return Edition(
            locale=locale,
            title=reading.personal(header.text("title"), header.line("title")),
            subject=reading.personal(header.text("subject"), header.line("subject")),
            preheader=reading.personal(header.text("preheader"), header.line("preheader")),
            file=faults.file,
            template=template,
            sections=sections,
        )

    def _digest(self) -> str:
        """SHA-256 over names and digests, so that no two sets of files share one."""
        parts = {name: hashlib.sha256(data).hexdigest() for name, data in self._bytes.items()}
        parts |= {f"image:{name}": image.digest for name, image in self._pictures.used.items()}
        lines = "".join(f"{digest} {name}\n" for name, digest in sorted(parts.items()))
        return hashlib.sha256(lines.encode()).hexdigest()
