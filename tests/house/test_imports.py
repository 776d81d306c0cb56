"""Rooms are entered by the front door, and write their own tables only.

Which room may import which stands in pyproject.toml, for import-linter.
"""

import ast
from pathlib import Path

import grimp
import pytest

SOURCE = Path(__file__).parents[2] / "src"
TABLES = "mailer.store.tables"
WRITING = {"insert", "update", "delete"}
# Born in one room, lived in another: `campaigns` freezes them at launch, `delivery` moves them on.
HANDED_ON = {("delivery", table) for table in ("Campaign", "Batch", "Delivery")}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("mailer", cache_dir=None)


def room(module: str) -> str:
    """«mailer.consent.ledger» stands in «consent»."""
    return module.split(".")[1] if "." in module else ""


def doors(importer: str) -> set[str]:
    """The modules deeper than a room that this importer may name."""
    return {TABLES, f"{TABLES}.{room(importer)}"}


def test_from_outside_only_a_rooms_init_is_imported(graph: grimp.ImportGraph) -> None:
    side_doors = [
        f"{importer} imports {imported}"
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if room(imported) != room(importer)
        and imported.count(".") > 1
        and imported not in doors(importer)
        and not is_also_offered(imported)
    ]
    assert not side_doors


def is_also_offered(module: str) -> bool:
    """A room may offer a function that is named like its module; grimp then sees the module."""
    parent, _, name = module.rpartition(".")
    return name in offered(parent)


def test_every_import_of_a_rooms_name_is_one_the_room_offers() -> None:
    """What is not in a room's `__all__` is the room's own business."""
    unoffered = [
        f"{path.relative_to(SOURCE)}:{node.lineno} {node.module}.{name.name}"
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and is_foreign_room(path, node.module or "")
        for name in node.names
        if name.name not in offered(node.module or "")
    ]
    assert not unoffered


def is_foreign_room(path: Path, module: str) -> bool:
    own = path.relative_to(SOURCE).parts[1]
    return module.startswith("mailer.") and room(module) != own and is_package(module)


def is_package(module: str) -> bool:
    return (SOURCE / module.replace(".", "/") / "__init__.py").exists()


def offered(module: str) -> set[str]:
    """A package's `__all__`, and the packages in it (only the tables may be entered that way)."""
    folder = SOURCE / module.replace(".", "/")
    names = {path.parent.name for path in folder.glob("*/__init__.py")}
    for node in ast.parse((folder / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names |= set(ast.literal_eval(node.value))
    return names


def test_a_table_is_written_by_its_own_room_only() -> None:
    """Others may read and join it; whoever wants it changed asks its room."""
    owners = table_owners()
    trespasses = [
        f"{path.relative_to(SOURCE)}:{line} writes {table} of {owners[table]}"
        for path in SOURCE.glob("mailer/*/**/*.py")
        for line, table in tables_written(path)
        if owners.get(table, here(path)) != here(path) and (here(path), table) not in HANDED_ON
    ]
    assert not trespasses


def here(path: Path) -> str:
    return path.relative_to(SOURCE / "mailer").parts[0]


def table_owners() -> dict[str, str]:
    """Model's name -> the room it belongs to, by the module that defines it."""
    return {
        node.name: path.stem
        for path in SOURCE.glob("mailer/store/tables/*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    }


def tables_written(path: Path) -> list[tuple[int, str]]:
    """The line and model of every insert(Model), update(Model) and delete(Model)."""
    return [
        (node.lineno, ast.unparse(node.args[0]).removesuffix(".__table__"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and (node.func.id if isinstance(node.func, ast.Name) else node.func.attr) in WRITING
        and node.args
    ]
