"""An issue may stand in several languages, and has a digest of all that goes into it."""

from __future__ import annotations

from pathlib import Path

from content.issues import ENGLISH, faults, png, write
from mailer.content import read_issue


def test_a_translation_inherits_all_but_its_words(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "Oui !\n",
        files={"issue.en.md": ENGLISH + "Yes !\n", "issue.de-at.md": ENGLISH + "Ja !\n"},
    )
    issue = read_issue(folder)
    assert list(issue.editions) == ["fr", "de-AT", "en"], "the main edition comes first"
    english = issue.editions["en"]
    assert (english.title, english.subject, english.preheader) == (
        "A title",
        "A subject",
        "A preview",
    )
    assert english.file == folder / "issue.en.md"
    assert english.sections[0].html == "<p>Yes !</p>", "French spaces are for French"
    assert issue.main.sections[0].html == "<p>Oui\u202f!</p>"


def test_a_translation_uses_the_template_of_the_issue(tmp_path: Path) -> None:
    folder = write(tmp_path, files={"issue.en.md": ENGLISH + "Yes.\n"})
    file = folder / "issue.md"
    file.write_text(file.read_text("utf-8").replace("status", "template: sober\nstatus"), "utf-8")
    assert {one.template for one in read_issue(folder).editions.values()} == {"sober"}


def test_a_translation_may_repeat_what_the_issue_says_but_not_differ(tmp_path: Path) -> None:
    repeated = ENGLISH.replace("---\n", "---\nnumber: 7\nlocale: en\nstatus: ready\n", 1)
    assert not faults(write(tmp_path, files={"issue.en.md": repeated + "Yes.\n"}))
    other = ENGLISH.replace("---\n", "---\nnumber: 8\nlocale: de\nstatus: draft\n", 1)
    assert faults(write(tmp_path, files={"issue.en.md": other + "Yes.\n"})) == [
        "issue.en.md:2: «number» differs from issue.md — remove the line here",
        "issue.en.md:3: «locale» differs from the file's name — remove the line here",
        "issue.en.md:4: «status» differs from issue.md — remove the line here",
    ]


def test_a_translation_needs_words_of_its_own(tmp_path: Path) -> None:
    found = faults(write(tmp_path, files={"issue.en.md": "---\n---\nYes.\n"}))
    assert [fault.split(" — ")[0] for fault in found] == [
        f"issue.en.md:1: the front matter has no «{key}»"
        for key in ("title", "subject", "preheader")
    ]


def test_a_translations_language_stands_in_its_files_name(tmp_path: Path) -> None:
    assert "is no language" in faults(
        write(tmp_path / "a", files={"issue.english.md": ENGLISH + "Yes.\n"})
    )[0]  # fmt: skip
    assert "the edition in «fr» exists already" in faults(
        write(tmp_path / "b", files={"issue.fr.md": ENGLISH + "Oui.\n"})
    )[0]  # fmt: skip


def test_places_and_links_belong_to_their_edition(tmp_path: Path) -> None:
    body = "[x](#b)\n\n## B\n\nC.\n"
    found = faults(write(tmp_path, body, files={"issue.en.md": ENGLISH + "[x](#b)\n"}))
    assert [fault.split(" — ")[0] for fault in found] == [
        "issue.en.md:6: no place «#b» in this issue"
    ]


def test_the_digest_covers_every_file_that_goes_into_the_issue(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        "![Plan](plan.png)\n",
        files={"issue.en.md": ENGLISH + "Yes.\n", "plan.png": png(), "notes.txt": "x"},
    )
    digests = [read_issue(folder).digest]
    (folder / "notes.txt").write_text("y", "utf-8")
    (folder / "unused.png").write_bytes(png())
    assert read_issue(folder).digest == digests[0], "what no edition names is not in it"
    for name in ("issue.md", "issue.en.md"):
        (folder / name).write_text((folder / name).read_text("utf-8") + "\nPlus.\n", "utf-8")
        digests.append(read_issue(folder).digest)
    (folder / "plan.png").write_bytes(png(9))
    digests.append(read_issue(folder).digest)
    assert len(set(digests)) == 4
    assert all(len(digest) == 64 for digest in digests)


def test_the_digest_does_not_depend_on_the_place(tmp_path: Path) -> None:
    assert read_issue(write(tmp_path / "a")).digest == read_issue(write(tmp_path / "b")).digest
