"""docs/plugins.md, followed to the letter: it works, within sixty lines, and a wrong kernel is caught."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from augkit.registry import Registry
from tests.distributions import as_installed
from tests.test_docs import ROOT, named_blocks

PAGE = "docs/plugins.md"
FILES = ("pyproject.toml", "augkit_wind/__init__.py", "augkit_wind/arrows.py", "fields.yaml")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tutorial's folder; the package is in ``site``, as ``pip install`` would have put it there."""
    folder = tmp_path_factory.mktemp("wind")
    for name, text in named_blocks(PAGE).items():
        file = folder / ("source" if name in FILES[:3] else "work") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    as_installed(folder / "source", folder / "site")
    return folder


def run(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(place / "site"), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run([sys.executable, "-m", *words], cwd=place / "work", env=env, capture_output=True, text=True)


def test_it_takes_no_more_than_sixty_lines() -> None:
    shown = named_blocks(PAGE)
    lines = [line for name in FILES for line in shown[name].splitlines() if line.strip()]
    assert len(lines) <= 60


def test_what_it_has_you_type_works(place: Path) -> None:
    listed = run(place, "augkit", "plugins")
    assert "wind  augkit_wind  from augkit-wind 0.1.0  API 1  2 names" in listed.stdout
    assert "Lean the picture sideways" in run(place, "augkit", "steps", "wind/lean").stdout
    checked = run(place, "augkit", "check", "fields.yaml", "--no-data")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    used = run(place, "use")
    assert used.returncode == 0 and used.stdout.count("[") == 3, used.stderr


def test_what_arrows_cannot_follow_is_refused_as_it_says(place: Path) -> None:
    written = place / "work/fields.yaml"
    recipe = written.read_text()
    written.write_text(recipe.replace("lean: {degrees: [-10, 10]}", "coarse_dropout"))
    refused = run(place, "augkit", "check", "fields.yaml", "--no-data")
    written.write_text(recipe)
    assert refused.returncode == 2
    assert refused.stderr.startswith(named_blocks(PAGE)["refused"].strip()), refused.stderr


def test_it_keeps_the_laws_and_its_own_test_catches_the_wrong_kernel(place: Path) -> None:
    proved = run(place, "augkit", "test-plugin", "wind", "--examples", "1")
    assert proved.returncode == 0, proved.stdout
    tests = ("pytest", "-q", "-p", "no:cacheprovider", "test_wind.py", "-k", "tip")
    passed = run(place, *tests)
    assert passed.returncode == 0 and "4 passed" in passed.stdout, passed.stdout
    module = place / "site/augkit_wind/arrows.py"
    source = module.read_text()
    right = source[source.index("@augkit.moves") : source.index("class Lean")]
    module.write_text(source.replace(right, named_blocks(PAGE)["wrong kernel"] + "\n\n"))
    caught = run(place, *tests)
    assert caught.returncode == 1 and "4 failed" in caught.stdout, caught.stdout
    assert all(line in caught.stdout for line in named_blocks(PAGE)["caught"].splitlines())


def test_every_method_of_the_registry_is_on_the_page() -> None:
    whole = (ROOT / PAGE).read_text(encoding="utf-8")
    table = whole[whole.index("| `registry.`") :].partition("\n\n")[0]
    methods = [name for name in vars(Registry) if not name.startswith("_") and callable(getattr(Registry, name))]
    assert [name for name in methods if f"`{name}" not in table] == []
