"""Front matter says what an issue is; what is wrong with it is one clear line each."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from content.issues import HEADER, faults, write
from mailer.content import KEYS, read_issue


def test_front_matter_is_read(tmp_path: Path) -> None:
    issue = read_issue(write(tmp_path, header=HEADER.replace("status", "template: cafe-2\nstatus")))
    assert (issue.number, issue.list, issue.locale, issue.status) == (7, "cafe", "fr", "ready")
    assert issue.date == dt.date(2026, 11, 20)
    assert issue.main.template == "cafe-2"
    assert (issue.main.title, issue.main.subject) == ("Un titre", "Un sujet")
    assert issue.folder == tmp_path
    assert issue.main.file == tmp_path / "issue.md"


def test_an_issue_is_a_draft_without_a_date_unless_it_says_so(tmp_path: Path) -> None:
    header = HEADER.replace("date: 2026-11-20\nstatus: ready\n", "")
    issue = read_issue(write(tmp_path, header=header))
    assert (issue.status, issue.date, issue.main.template) == ("draft", None, None)


def test_title_subject_and_preheader_are_typeset(tmp_path: Path) -> None:
    header = HEADER.replace("Un titre", "Titre : un").replace("Un sujet", "☕️ n° 7 : oui !")
    edition = read_issue(write(tmp_path, header=header.replace("Un aperçu", "« A »"))).main
    assert edition.title == "Titre\u00a0: un"
    assert edition.subject == "☕️ n°\u00a07\u00a0: oui\u202f!"
    assert edition.preheader == "«\u00a0A\u00a0»"


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    plain = read_issue(write(tmp_path, "Bonjour\nvous !\n"))
    file = tmp_path / "issue.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert read_issue(tmp_path).main == plain.main


def test_an_issue_may_be_named_by_its_file(tmp_path: Path) -> None:
    assert read_issue(write(tmp_path) / "issue.md") == read_issue(tmp_path)


# What replaces a line of the header; the line it stands on; what is said of it.
WRONG = [
    ("number: 7", "number: seven", 2, "«number» must be a whole number"),
    ("number: 7", "number: 0", 2, "«number» must be a whole number"),
    ("number: 7", "number: true", 2, "«number» must be a whole number"),
    ("number: 7", f"number: {'9' * 5000}", 2, "«number» must be a whole number"),
    ("number: 7", 'number: "7"', 2, "«number» must be a whole number"),
    ("number: 7", "numbre: 7", 2, "unknown key «numbre» — did you mean «number»?"),
    ("number: 7", "zzz: 7", 2, "unknown key «zzz» — one of: number, title"),
    ("number: 7", "number: 7\nnumber: 8", 3, "«number» stands here twice — see line 2"),
    ("number: 7\n", "", 1, "the front matter has no «number» — add a line number: …"),
    ('title: "Un titre"', "title: #386", 3, "«title» must be text — put it between double quotes"),
    ('title: "Un titre"', "title: 386", 3, "«title» must be text"),
    ('title: "Un titre"', "title: yes", 3, "«title» must be text"),
    ('title: "Un titre"', "title: [a]", 3, "«title» must be text"),
    ('title: "Un titre"', 'title: " "', 3, "«title» is empty"),
    ('title: "Un titre"', 'title: "a\\nb"', 3, "«title» must be one line of text"),
    ('title: "Un titre"', 'title: "a\\0b"', 3, "«title» must be one line of text"),
    ('title: "Un titre"', 'title: "\\uE000"', 3, "«title» holds the character U+E000"),
    ('title: "Un titre"', "title: Le Café : un", 3, "the front matter cannot be read"),
    ('subject: "Un sujet"', 'subject: "Un sujet', 5, "the front matter cannot be read"),
    ('subject: "Un sujet"', 'subject: "[[ nom ]]"', 4, "unknown personal field «nom»"),
    ("list: cafe", "list: Le Café", 6, "«list» must be a name of letters"),
    ("locale: fr", "locale: français", 7, "«locale» must be a language"),
    ("date: 2026-11-20", 'date: "2026-11-20"', 8, "«date» must be a date — write year-month-day"),
    ("date: 2026-11-20", "date: 20/11/2026", 8, "«date» must be a date"),
    ("date: 2026-11-20", "date: 2026-13-45", 8, "«date» must be a date"),
    ("date: 2026-11-20", "date: 2026-11-20 07:30:00", 8, "«date» must be a date"),
    ("status: ready", "status: redy", 9, "«status» must be one of: draft, ready — did"),
    ("---\nnumber", "number", 1, "no front matter"),
    ("ready\n---\n", "ready\n", 1, "the front matter does not end"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "instead", "place", "wanted"), WRONG)
def test_what_is_wrong_with_a_key_is_said_with_its_line(
    tmp_path: Path, line: str, instead: str, place: int, wanted: str
) -> None:
    assert line in HEADER
    found = faults(write(tmp_path, header=HEADER.replace(line, instead, 1)))
    assert any(
        fault.startswith(f"issue.md:{place}: ") and wanted in fault for fault in found
    ), found  # fmt: skip
    assert all("\n" not in fault for fault in found)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("---\n- a\n---\n", "the front matter is no list of keys"),
        ("---\nword\n---\n", "the front matter is no list of keys"),
        ("---\n---\n", "the front matter has no «number»"),
        (f"---\n{'[' * 5000}\n---\n", "the front matter cannot be read"),
        ("---\na: &a [*a]\n---\n", "unknown key «a»"),
        ("---\n? [a]\n: b\n---\n", "unknown key"),
    ],
)
def test_strange_front_matter_is_refused(tmp_path: Path, header: str, wanted: str) -> None:
    assert any(wanted in fault for fault in faults(write(tmp_path, header=header)))


def test_all_missing_keys_are_named_at_once(tmp_path: Path) -> None:
    found = faults(write(tmp_path, header="---\nstatus: ready\n---\n"))
    assert len(found) == 6
    assert all(key in KEYS for key in ("number", "date", "template"))


def test_a_file_that_is_no_utf8_is_refused_with_the_line(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "issue.md"
    file.write_bytes(file.read_bytes() + "\nété\n".encode("cp1252"))
    assert faults(tmp_path) == ["issue.md:13: this is not UTF-8 text — save the file as UTF-8"]


def test_a_folder_without_an_issue_is_refused(tmp_path: Path) -> None:
    assert "there is no such issue" in faults(tmp_path)[0]
    assert "there is no such issue" in faults(tmp_path / "nowhere")[0]


def test_a_file_of_many_megabytes_is_refused(tmp_path: Path) -> None:
    assert "too many for a letter" in faults(write(tmp_path, "a" * 1_000_001))[0]
