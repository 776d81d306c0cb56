"""The docs' diagrams are drawn from the tables that the code runs on."""

from tools import diagrams


def test_the_diagrams_are_what_the_tables_say() -> None:
    """Else type: python tools/diagrams.py"""
    assert diagrams.FILE.read_text(encoding="utf-8") == diagrams.page()
