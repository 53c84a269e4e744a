"""Who may import whom, and what may not be loaded by `import leagueie`."""

import ast
import subprocess
import sys

import pytest

from tests.conftest import ROOT

HEAVY = {"torch", "transformers", "datasets", "spacy", "onnxruntime", "pandas", "rich"}


def imported_by(path, top_level_only):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", sorted((ROOT / "leagueie").rglob("*.py")), ids=lambda path: path.name)
def test_leagueie_never_imports_training(path):
    assert not any(name.split(".")[0] == "training" for name in imported_by(path, top_level_only=False))


@pytest.mark.parametrize("name", ["schema.py", "errors.py"])
def test_schema_and_errors_import_nothing_of_the_package(name):
    assert not any(module.startswith("leagueie") for module in imported_by(ROOT / "leagueie" / name, top_level_only=False))


@pytest.mark.parametrize("path", sorted((ROOT / "leagueie").rglob("*.py")), ids=lambda path: path.name)
def test_heavy_modules_are_imported_where_they_are_used(path):
    allowed = {"spacy"} if path.name == "components.py" else set()
    assert {name.split(".")[0] for name in imported_by(path, top_level_only=True)} & HEAVY <= allowed


def test_import_leagueie_loads_nothing_heavy():
    code = f"import leagueie, sys; print(sorted({HEAVY!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"
