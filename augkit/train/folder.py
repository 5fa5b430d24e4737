"""The folder of a run: a new one for every run, and files that are never half written."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from augkit.data.whole import write_whole
from augkit.errors import RecipeError
from augkit.plugins import catalogue
from augkit.recipe import Recipe
from augkit.recipe.located import Map, located, plain

RECIPE, METRICS, CURVES, BEST, LAST = "recipe.yaml", "metrics.json", "curves.png", "best.ckpt", "last.ckpt"
REPORT = "report.html"


def new_folder(recipe: Recipe, out: str | Path | None = None, root: str | Path = "runs") -> Path:
    """``out``, which must be empty or absent; or the first free ``runs/<recipe's name>-<n>``, from 1."""
    if out is not None:
        folder = Path(out)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RecipeError(f"{folder} is not empty; name another folder, or go on with the run in it: --resume.")
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    number = max((taken for taken, _ in _runs(recipe, Path(root))), default=0)
    while True:
        number += 1
        folder = Path(root) / f"{run_name(recipe)}-{number}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder


def old_folder(recipe: Recipe, out: str | Path | None = None, root: str | Path = "runs") -> Path:
    """The run to go on with: ``out``, or the newest of this recipe; RecipeError where none has begun."""
    folder = Path(out) if out is not None else next((path for _, path in sorted(_runs(recipe, Path(root)))[::-1]), None)
    if folder is None:
        raise RecipeError(f"there is no run of {run_name(recipe)!r} in {root} to go on with; train without --resume.")
    if not (folder / LAST).is_file() and not (folder / RECIPE).is_file():
        raise RecipeError(f"{folder} has no {LAST} to go on from; train without --resume.")
    return folder


def trials_folder(recipe: Recipe, out: str | Path | None, resume: bool, root: str | Path = "runs") -> Path:
    """Where trials go: as ``new_folder``; with ``resume``, ``out`` as it is, or the newest of the recipe that holds
    trials.
    """
    if not resume:
        return new_folder(recipe, out, root)
    if out is None:
        runs = (path for _, path in sorted(_runs(recipe, Path(root)))[::-1])
        out = next((path for path in runs if any(path.glob(f"*/{RECIPE}"))), None)
    if out is None:
        raise RecipeError(f"there are no trials of {run_name(recipe)!r} in {root} to go on with; leave --resume out.")
    Path(out).mkdir(parents=True, exist_ok=True)
    return Path(out)


def clear(folder: Path) -> None:
    """Remove a run that was begun; RecipeError for a folder that is none."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECIPE).is_file():
        raise RecipeError(f"{folder} is no run, and stands where one is to be written; name another --out.")
    if folder.is_dir():
        shutil.rmtree(folder)


def moved_to(recipe: Recipe, folder: Path) -> Recipe:
    """The recipe as it must read in ``folder``, so that relative paths of the source lead where they led."""
    if recipe.source is None:
        return recipe
    [(name, given)] = recipe.source.items.items()
    source = catalogue().load("source", name)
    fields = plain(given) if isinstance(given, Map) else {source.shorthand: plain(given)}
    named = {field: fields[field] for field in getattr(source, "paths", ()) if fields.get(field)}
    moved = {field: _seen_from(folder, recipe.base, path) for field, path in named.items()}
    if moved == named:
        return recipe
    fields |= moved
    items = {**recipe.tree.items, "source": located({name: fields}, given.where)}
    return replace(recipe, tree=Map(items, recipe.tree.keys, recipe.tree.where))


def _seen_from(folder: Path, base: Path, path: Any) -> Any:
    """A path, or a mapping to paths, that started from ``base``, as it must read in ``folder``."""
    if isinstance(path, Mapping):
        return {name: _seen_from(folder, base, inner) for name, inner in path.items()}
    return path if os.path.isabs(path) else Path(os.path.relpath(base / path, folder.absolute())).as_posix()


def run_name(recipe: Recipe) -> str:
    """The name of the recipe's file, without what a folder cannot be called."""
    return re.sub(r"[^\w.-]+", "-", recipe.path.stem).strip("-.") or "recipe"


def write_text(path: Path, text: str) -> None:
    """As ``write_whole``."""
    write_whole(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """As ``write_text``; what JSON has no word for is written as text."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")


def versions() -> dict[str, str]:
    """What is installed of what the numbers of a run depend on."""
    names = "augkit torch lightning timm numpy opencv-python-headless albumentations".split()
    return {name: version for name in names if (version := _version(name))}


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _runs(recipe: Recipe, root: Path) -> list[tuple[int, Path]]:
    pattern = re.compile(re.escape(run_name(recipe)) + r"-(\d+)")
    found = ((pattern.fullmatch(path.name), path) for path in root.glob("*") if path.is_dir())
    return [(int(match[1]), path) for match, path in found if match]
