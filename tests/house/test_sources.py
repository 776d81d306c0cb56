"""Law and standards are cited by names that exist, so that `make sources` can list them."""

import pytest

from tools import sources


@pytest.mark.parametrize(
    ("line", "citations"),
    [
        ("# RFC 5322 3.3, 3.6.1", [("RFC 5322", "3.3"), ("RFC 5322", "3.6.1")]),
        ("RFC 2047 5 (3), so", [("RFC 2047", "5(3)")]),
        (
            "GDPR 4(11), 6(1)(a), recital 43",
            [("GDPR", "4(11)"), ("GDPR", "6(1)(a)"), ("GDPR", "recital 43")],
        ),
        ("WCAG 2.2, 1.4.3", [("WCAG", "1.4.3")]),
        ("WCAG 1.4.3, 2.5.8", [("WCAG", "1.4.3"), ("WCAG", "2.5.8")]),
        ("(CVE-2023-51764)", [("CVE", "2023-51764")]),
        ("CNIL 2026-042; EDPB 5/2020", [("CNIL", "2026-042"), ("EDPB", "5/2020")]),
        ("OLG München 29 U 1682/12", [("OLG München", "29 U 1682/12")]),
        ("RFC 1047: sent again", [("RFC 1047", "")]),
        ("GDPR article of 3 lines", [("GDPR", "")]),
    ],
)
def test_a_citation_is_read_as_people_write_it(line: str, citations: list[tuple[str, str]]) -> None:
    assert list(sources.cited(line)) == citations


@pytest.mark.parametrize(
    ("section", "whole", "within"),
    [("7(3)", "7", True), ("7(3)", "7(3)", True), ("7(3)", "7(1)", False), ("70", "7", False)],
)
def test_a_paragraph_is_within_its_article(section: str, whole: str, *, within: bool) -> None:
    assert sources.is_within(section, whole) is within


def test_every_source_that_is_cited_is_one_that_exists() -> None:
    """A slip of the pen, or a source to be added to docs/sources.toml."""
    assert sources.unlisted() == []
