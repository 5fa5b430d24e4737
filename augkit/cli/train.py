"""``augkit train``: learn."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augkit.cli import with_settings
from augkit.cli.init import named_after, write_recipe
from augkit.errors import RecipeError
from augkit.recipe.located import leaves, plain
from augkit.train.threads import wait_patiently

if TYPE_CHECKING:
    from augkit.train import Run


RECIPES = (".yaml", ".yml", ".json", "")
"""How files of recipes end; others are data."""


@click.command()
@click.argument("recipe_or_data", type=click.Path(path_type=Path))
@with_settings
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the run; else runs/<recipe>-<number>.")
@click.option("--resume", is_flag=True, help="Go on with the run in --out, or with the newest of this recipe.")
@click.option("--yes", is_flag=True, help="For data: do not ask; say what is assumed.")
def command(recipe_or_data: Path, settings: tuple[str, ...], out: Path | None, resume: bool, yes: bool) -> None:
    """Train as RECIPE says. For data, a folder or a table (.csv, .jsonl), write a recipe first and leave it behind.

    The folder of the run holds recipe.yaml (nothing left to fill in), metrics.json, curves.png, report.html, best.ckpt,
    last.ckpt.
    """
    recipe = recipe_or_data
    if recipe.is_dir() or (recipe.is_file() and recipe.suffix.lower() not in RECIPES):
        _refuse_torchrun()
        recipe = recipe_for(recipe, ask=not yes and sys.stdin.isatty())

    wait_patiently()
    from augkit.train import fit
    from augkit.train.folder import REPORT
    from augkit.train.ranks import first

    run = fit(recipe, out, resume=resume, overrides=settings)
    if not first():
        return
    click.echo(outcome(run))
    if (run.folder / REPORT).is_file():
        click.echo(f"to look at: {run.folder / REPORT}")
    click.echo(f"wrote {run.folder}")


def _refuse_torchrun() -> None:
    if os.environ.get("WORLD_SIZE", "1") != "1" and "TORCHELASTIC_RUN_ID" in os.environ:
        raise RecipeError(
            "torchrun: a recipe is written by one process; `augkit init` first, then train by the recipe."
        )


def outcome(run: Run) -> str:
    """What was reached, and how well it goes without learning."""
    what = run.metrics["scores"][0]
    last, best, name = run.metrics["last"], run.metrics["best"], f"val_{what}"
    kept = "" if best["epoch"] == last["epoch"] else f" (best.ckpt, epoch {best['epoch'] + 1}: {best[name]:.3f})"
    reached = f"validation {what.replace('_', ' ')} {last[name]:.3f}{kept} after {run.metrics['seconds']:.0f} s"
    return f"{reached}; {run.task.guessing(run.metrics)}"


def recipe_for(data: Path, ask: bool = False) -> Path:
    """The recipe beside which one calls this, named after the data; written if it is not there yet."""
    path = Path(f"{named_after(data)}.yaml")
    if path.exists():
        _check_same_data(path, data)
        click.echo(f"using {path}, which is there already", err=True)
        return path
    written = write_recipe(data, path, ask=ask)
    click.echo(f"wrote {written}", err=True)
    return written


def _check_same_data(recipe: Path, data: Path) -> None:
    """Refuse a recipe that is called like the data and is for others of that name."""
    read = sorted(_paths_of(recipe))
    if not any(path.is_relative_to(data.resolve()) for path in read):
        raise RecipeError(
            f"{recipe} is there already and reads {', '.join(map(str, read)) or 'no data'}, not {data}. Train by it: "
            f"augkit train {recipe}; or write another for these: augkit init {data} -o OTHER.yaml."
        )


def _paths_of(recipe: Path) -> Iterator[Path]:
    """The files and folders that a recipe names as its source."""
    from augkit.recipe import read_recipe
    from augkit.train.folder import moved_to

    source = moved_to(read_recipe(recipe), Path("/")).source
    for given in leaves(plain(source)) if source else ():
        if isinstance(given, str):
            yield (Path("/") / given).resolve()
