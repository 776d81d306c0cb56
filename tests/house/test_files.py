"""Files are small, say their one idea first, and hold nothing that was left for later."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ("src", "tests", "tools", "benchmarks")
PROSE = ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "config.toml", "docs", ".ci")
TEXT = {".py", ".md", ".toml", ".sh", ".mjml", ".html", ".txt", ".css", ".sql", ".po", ""}
HEAPS = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "base", "misc"}
LONGEST = 400


def python_files() -> list[Path]:
    return sorted(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in CODE))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_opens_with_its_one_idea() -> None:
    """A docstring that begins on the first line."""
    unsaid = [path for path in python_files() if not re.match(r'"""[^\s"]', path.read_text())]
    assert not unsaid


def test_a_file_is_at_most_four_hundred_lines() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in python_files()}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


def test_an_init_is_a_list_of_names() -> None:
    """A docstring, imports, `__all__` and the version; no code."""
    code = [
        f"{named(path)}: {ast.unparse(node)}"
        for path in (ROOT / "src").rglob("__init__.py")
        for node in ast.parse(path.read_text()).body
        if not is_name_list(node)
    ]
    assert not code


def is_name_list(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in {"__all__", "__version__"}
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def test_no_module_is_named_after_a_heap() -> None:
    assert not [named(path) for path in python_files() if HEAPS & {path.stem, path.parent.name}]


def texts() -> Iterator[Path]:
    """Every text a person wrote, but for this file, which must name what it forbids."""
    for name in (*CODE, *PROSE, "templates"):
        start = ROOT / name
        for path in start.rglob("*") if start.is_dir() else [start]:
            if path.is_file() and path.suffix in TEXT and path != Path(__file__):
                yield path


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (r"\b(TODO|FIXME|XXX|NotImplementedError)\b", (*CODE, *PROSE, "templates")),
        # An article or a standard's section is cited by its own name, not by a private number.
        (r"\bR ?\d{1,2}\b(?!\s*\()", ("src", "tools", "benchmarks", "docs", "README.md")),
        (r"\b[Dd]ecisions? \d", ("src", "tests", "tools", "benchmarks", "README.md")),
        (r"\.\./shared\b|/work/|\b(issue|habit) \d\b", (*CODE, *PROSE, "templates")),
    ],
    ids=["nothing left for later", "no rule numbers", "no decision numbers", "no private papers"],
)
def test_the_tree_says_only_what_every_reader_can_look_up(
    words: str, where: tuple[str, ...]
) -> None:
    pattern = re.compile(words)
    found = [
        f"{named(path)}:{number} {match[0]}"
        for path in texts()
        if named(path).split("/")[0] in where
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert not found
