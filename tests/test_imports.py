"""The rooms import one way only, and heavy packages stay behind their doors."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "livecode"

MAY_IMPORT = {
    "language": set(),
    "music": {"language"},
    "generators": {"music", "language"},
    "sound": {"language"},
    "stage": {"sound", "generators", "music", "language"},
    "bridges": {"repl", "pictures", "stage", "sound", "generators", "music", "language"},
    "repl": {"stage", "sound", "generators", "music", "language", "pictures"},
    "pictures": {"stage", "sound", "generators", "music", "language"},
}
ONLY_IN = {
    "torch": "generators/neural",
    "supriya": "sound",
    "nanosynth": "sound",
    "prompt_toolkit": "repl",
    "pythonosc": "bridges",
    "IPython": "bridges",
}


def imported(path: Path) -> set[str]:
    """Every module a file imports, at the top or inside functions, relative ones made absolute."""
    names: set[str] = set()
    package = ("livecode", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, node.module) if node.module else base)
            names.add(module)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0]
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("livecode.")}
    if room in MAY_IMPORT:
        wrong = (rooms & set(MAY_IMPORT)) - MAY_IMPORT[room] - {room}
        assert not wrong, f"{room}/ may not import {sorted(wrong)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_stay_in_their_room(path: Path) -> None:
    where = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        home = ONLY_IN.get(name.split(".")[0])
        assert home is None or where.startswith(home), f"{name} belongs in {home}/"


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("statement", ["import livecode", "from livecode import *"])
def test_importing_the_package_loads_nothing_heavy(statement: str) -> None:
    heavy = {"torch", "supriya", "music21", "prompt_toolkit", "scipy", "matplotlib"}
    assert not heavy & modules_after(statement)


def test_the_sender_loads_neither_torch_nor_the_composers() -> None:
    loaded = modules_after("import livecode.stage.sender")
    assert not {"torch", "music21", "livecode.generators"} & loaded


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name == "__init__.py"], ids=lambda path: str(path.parent.name)
)
def test_no_function_is_hidden_by_a_file_of_its_name(path: Path) -> None:
    """A package's function is replaced by the module of its name as soon as something imports that."""
    files = {each.stem for each in path.parent.glob("*.py")} | {each.name for each in path.parent.iterdir()}
    functions = {
        node.name
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    assert not files & functions
