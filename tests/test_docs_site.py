"""The site made of docs/: every page has its place, and it builds without a warning."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SETTINGS = "docs/site/mkdocs.yml"
MADE = {"index.md", "examples.md", "changelog.md", "contributing.md"}


def places(nav: Any) -> list[str]:
    """The pages of the navigation, in the order in which they are read."""
    if isinstance(nav, str):
        return [nav]
    inside = nav.values() if isinstance(nav, dict) else nav
    return [place for each in inside for place in places(each)]


def nav() -> list[Any]:
    return list(yaml.safe_load((ROOT / SETTINGS).read_text(encoding="utf-8"))["nav"])


def test_every_page_has_its_place_once() -> None:
    written = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    found = places(nav())
    assert len(found) == len(set(found))
    assert set(found) == written | MADE


def test_a_reader_meets_what_comes_first_first() -> None:
    assert [next(iter(each)) for each in nav()] == [
        *("Start", "Recipes", "Images", "Sounds", "Texts", "Training", "Proof"),
        *("Plugins", "Reference", "Coming from", "Why"),
    ]
    assert places(nav())[0] == "index.md"


def test_what_python_offers_has_its_place_in_the_reference() -> None:
    import augkit

    told = set(re.findall(r"^::: [\w.]+\.(\w+)$", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.MULTILINE))
    told |= set(re.findall(r"\w+", (ROOT / "docs/api.md").read_text(encoding="utf-8").partition("members: ")[2]))
    constants = {"__version__", "hookimpl", "steps", "SPACE", "TEXT", "TIME"}
    assert set(augkit.__all__) - constants <= told


@pytest.mark.long
def test_it_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the extra docs")
    pytest.importorskip("mkdocstrings", reason="the extra docs")
    words = ("-m", "mkdocs", "build", "--strict", "--config-file", SETTINGS, "--site-dir", str(tmp_path))
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    pages = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")}
    assert len(pages) > len(places(nav()))
    for path, text in pages.items():
        assert not re.search(r'<(?:link|script|img)\b[^>]*(?:href|src)="(?:https?:)?//', text), path
    assert "<table>" in pages[tmp_path / "index.html"] and 'id="augkit' in pages[tmp_path / "api.html"]
