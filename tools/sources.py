"""Lists law and standards from their side: where each is obeyed, where tested, and by nobody."""

import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "sources.toml"
OBEYING = ("src", "templates")
TESTING = ("tests",)
SUFFIXES = {".py", ".mjml", ".html", ".txt", ".sql"}

SECTION = r"(?:recital )?\d+(?:\.\d+)*(?: ?\(\w{1,2}\))*"
SECTIONS = rf"(?P<sections>(?: {SECTION})?(?:, {SECTION}(?![\w-]))*)"
FORMS = (
    rf"(?P<source>RFC \d+|GDPR|ePrivacy|ASVS|WCAG)(?:(?<=WCAG) 2\.2,?)?{SECTIONS}",
    r"(?P<source>CVE)-(?P<sections>\d+-\d+)",
    r"(?P<source>CNIL|EDPB|Garante)(?P<sections> \d+[/-]\d+)",
    r"(?P<source>UTS|Code civil|CPCE)(?P<sections> #?L?[\d-]+)",
    r"(?P<source>BGH|OLG München)(?P<sections>(?: [A-Z\d]+){2,3}/\d+)",
)
CITATIONS = [re.compile(rf"\b{form}") for form in FORMS]


@dataclass(frozen=True, slots=True, order=True)
class Citation:
    """A place in the tree that names a source; an empty section means the whole of it."""

    source: str
    section: str
    place: str


def citations(folders: tuple[str, ...]) -> Iterator[Citation]:
    """Every citation under these folders."""
    paths = chain.from_iterable((ROOT / folder).rglob("*") for folder in folders)
    for path in sorted(path for path in paths if path.suffix in SUFFIXES):
        name = path.relative_to(ROOT)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for source, section in cited(line):
                yield Citation(source, section, f"{name}:{number}")


def cited(line: str) -> Iterator[tuple[str, str]]:
    """«RFC 5322 3.3, 3.6.1» -> (RFC 5322, 3.3), (RFC 5322, 3.6.1)."""
    for match in chain.from_iterable(form.finditer(line) for form in CITATIONS):
        sections = match["sections"].replace(" (", "(").split(",")
        for section in sections:
            yield match["source"], section.strip(" #")


def listed() -> dict[str, dict[str, str]]:
    """Source -> section -> what it asks; «title» names the source itself."""
    return tomllib.loads(LIST.read_text())


def is_within(section: str, whole: str) -> bool:
    """«7(3)» is within «7» and within «7(3)», not within «7(1)»."""
    return section == whole or section.startswith((f"{whole}.", f"{whole}(")) or not whole


def unlisted() -> list[str]:
    """Citations of a source that docs/sources.toml does not know."""
    known = listed()
    everywhere = citations(OBEYING + TESTING)
    return [f"{one.place}: {one.source}" for one in everywhere if one.source not in known]


def rows() -> Iterator[tuple[str, str, str, list[str], list[str]]]:
    """Source, section, meaning, where obeyed, where tested: the listed, then what else is cited."""
    obeyed, tested = (by_source(folders) for folders in (OBEYING, TESTING))
    for source, meanings in listed().items():
        asked = {key: meaning for key, meaning in meanings.items() if key != "title"} or {"": ""}
        for one in chain(obeyed[source], tested[source]):
            if not any(is_within(one.section, section) for section in asked):
                asked[one.section] = ""
        for section, meaning in asked.items():
            places = (
                [one.place for one in found[source] if is_within(one.section, section)]
                if section or len(asked) == 1
                else [one.place for one in found[source] if not one.section]
                for found in (obeyed, tested)
            )
            yield source, section, meaning, *places


def by_source(folders: tuple[str, ...]) -> dict[str, list[Citation]]:
    """Citations, gathered by source."""
    found: dict[str, list[Citation]] = defaultdict(list)
    for one in citations(folders):
        found[one.source].append(one)
    return found


def main() -> None:
    """The list for people; what nobody covers stands at its end."""
    uncovered = []
    for source, section, meaning, obeyed, tested in rows():
        print(f"{source} {section}".strip(), f"– {meaning}" if meaning else "")
        print("   obeyed:", ", ".join(obeyed) or "–")
        print("   tested:", ", ".join(tested) or "–")
        if not obeyed and not tested:
            uncovered.append(
                f"   {source} {section}".rstrip() + (f" – {meaning}" if meaning else "")
            )
    print(f"\nCovered by nobody yet ({len(uncovered)}):", *uncovered, sep="\n")
    if unknown := unlisted():
        sys.exit("Cited, and not in docs/sources.toml:\n   " + "\n   ".join(unknown))


if __name__ == "__main__":
    main()
