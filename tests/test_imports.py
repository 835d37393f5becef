"""The house: who may import whom, how large a module may grow, and that help answers without heavy imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "mangluoi"
MODULES = sorted(SOURCE.rglob("*.py"))
LEVELS = {
    "errors": 1, "viettext": 1, "apportion": 1,
    "checking": 2, "tables": 2, "projection": 2, "rasters": 2, "shipped": 2, "webcache": 2,
    "sources": 3, "gazetteer": 3, "demand": 3, "supply": 3, "roads": 3, "access": 3,
    "siting": 4,
    "scenario": 5,
    "maps": 6, "reports": 6, "batch": 6,
    "cli": 7, "widget": 7,
    "__main__": 8,
}  # fmt: skip
# What may import beside itself on its own level: the ground builds on itself, and reports place maps.
BESIDE = {
    ("checking", "tables"), ("tables", "checking"), ("shipped", "tables"), ("shipped", "checking"),
    ("apportion", "errors"), ("rasters", "projection"), ("reports", "maps"), ("maps", "reports"), ("batch", "reports"),
    ("batch", "maps"), ("scenario", "reports"),
}  # fmt: skip


def imports(module: Path) -> set[str]:
    """Return every module of the package that a module imports, typing-only imports included."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            raise AssertionError(f"{module}: imports name the package, not dots")
    return {name for name in found if name == "mangluoi" or name.startswith("mangluoi.")}


def part(name: str) -> str:
    """Return the folder or top-level module that a dotted name belongs to."""
    pieces = name.split(".")
    return pieces[1] if len(pieces) > 1 else ""


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(SOURCE).as_posix())
def test_lower_never_imports_higher(module: Path):
    """A module imports only what lies below it, its own folder, and the few neighbours that are named."""
    own = module.relative_to(SOURCE).parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for name in imports(module):
        other = part(name)
        if other in ("", own, "__version__"):
            continue
        assert other in LEVELS, f"{own} imports {other}, which has no level"
        allowed = LEVELS[other] < LEVELS[own] or (own, other) in BESIDE
        assert allowed, f"{own} (level {LEVELS[own]}) imports {name} (level {LEVELS[other]})"


@pytest.mark.parametrize("folder", ["maps", "scenario"])
def test_only_words_are_taken_from_reports(folder: str):
    """Nothing leans on the reports in a circle: maps, and what a notebook shows, take the words and nothing else."""
    for module in (SOURCE / folder).rglob("*.py"):
        for name in imports(module):
            if part(name) == "reports":
                assert name.startswith("mangluoi.reports.words") or name == "mangluoi.reports.words"


def test_every_part_has_a_level():
    """A new folder or module of the top level must be given its place."""
    parts = {p.relative_to(SOURCE).parts[0].removesuffix(".py") for p in MODULES} - {"__init__"}
    assert parts <= set(LEVELS)


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.relative_to(SOURCE).as_posix())
def test_no_module_outgrows_its_subject(module: Path):
    """No module passes 400 lines."""
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["--version"], ["no-such-verb"], []])
def test_help_and_usage_import_nothing_heavy(words: list[str]):
    """Help, version and usage errors answer without loading pandas, which takes most of a second."""
    code = (
        "import sys\nfrom mangluoi.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as end:\n    code = end.code\n"
        "assert code == (0 if ('--help' in sys.argv or '--version' in sys.argv) else 2), code\n"
        "heavy = {'pandas', 'numpy', 'geopandas', 'folium', 'matplotlib', 'rich', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_conda_and_pip_name_the_same_packages():
    """environment.yml and pyproject.toml ask for the same packages in the same versions."""
    import tomllib

    root = SOURCE.parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = {*project["dependencies"], *extras["osm"], *extras["notebook"], f"python{project['requires-python']}"}
    renamed = {"matplotlib-base": "matplotlib", "pyosmium": "osmium"}
    lines = (root / "environment.yml").read_text(encoding="utf-8").splitlines()
    found = {line.strip()[2:] for line in lines if line.startswith("  - ")} - {"conda-forge", "pip"}
    for conda, pip in renamed.items():
        found = {name.replace(conda, pip, 1) if name.startswith(conda) else name for name in found}
    assert found == wanted
