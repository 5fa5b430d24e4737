"""Packages as pip would have installed them: a folder that is put on the path, and what their metadata say."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path


def distribution(folder: Path, name: str, version: str = "1.0", plugin: str | None = None) -> None:
    """Metadata of a package; ``plugin`` is its entry point, as in ``rain = acme_rain``."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    if plugin is not None:
        (info / "entry_points.txt").write_text(f"[augkit.plugins]\n{plugin}\n", encoding="utf-8")


def plugin_of_one_file(folder: Path, name: str, code: str) -> None:
    """A package that is one module, and a plugin of the same name."""
    distribution(folder, name, plugin=f"{name} = {name}")
    (folder / f"{name}.py").write_text(code, encoding="utf-8")


def as_installed(source: Path, folder: Path) -> None:
    """The package in ``source``, as its own pyproject describes it, without the seconds that building a wheel takes."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    [(name, module)] = project["entry-points"]["augkit.plugins"].items()
    distribution(folder, project["name"], project["version"], f"{name} = {module}")
    shutil.copytree(source / module, folder / module, ignore=shutil.ignore_patterns("__pycache__"))
