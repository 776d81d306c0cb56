"""Exported cells are no formulas, and come back as they were."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailer.audience import guard_cell, unguard_cell

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
CELLS = st.text() | st.text(alphabet="'=+-@\t\r\n\0 x")


@given(CELLS)
@example("'=1+1")
@example("''@x")
def test_a_cell_comes_back_exactly(cell: str) -> None:
    assert unguard_cell(guard_cell(cell)) == cell


@given(CELLS)
def test_no_exported_cell_begins_like_a_formula(cell: str) -> None:
    """ASVS 1.2.10."""
    assert not guard_cell(cell).startswith(RISKY)


@given(CELLS)
def test_a_cell_without_risk_is_exported_as_it_is(cell: str) -> None:
    assert cell.lstrip("'").startswith(RISKY) or guard_cell(cell) == cell


@pytest.mark.parametrize(
    ("cell", "was"),
    [("'-Yves", "-Yves"), ("'t Hof", "'t Hof"), ("'", "'"), ("", ""), ("'+33", "+33")],
)
def test_an_apostrophe_goes_only_where_an_export_put_it(cell: str, was: str) -> None:
    assert unguard_cell(cell) == was
