"""``augkit train``: learn."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augkit.cli import with_settings
from augkit.cli.init import write_recipe
from augkit.errors import RecipeError
from augkit.train.threads import wait_patiently

if TYPE_CHECKING:
    from augkit.train import Run


@click.command()
@click.argument("recipe_or_data", type=click.Path(path_type=Path))
@with_settings
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the run; else runs/<recipe>-<number>.")
@click.option("--resume", is_flag=True, help="Go on with the run in --out, or with the newest of this recipe.")
@click.option("--yes", is_flag=True, help="For a folder of data: do not ask; say what is assumed.")
def command(recipe_or_data: Path, settings: tuple[str, ...], out: Path | None, resume: bool, yes: bool) -> None:
    """Train as RECIPE says. For a folder of data, one subfolder per class, write a recipe first and leave it behind.

    The folder of the run holds recipe.yaml (nothing left to fill in), metrics.json, curves.png, report.html, best.ckpt,
    last.ckpt.
    """
    recipe = recipe_or_data
    if recipe.is_dir():
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
    """The recipe beside which one calls this, named after the folder; written if it is not there yet."""
    path = Path(f"{data.resolve().name}.yaml")
    if path.exists():
        _check_same_data(path, data)
        click.echo(f"using {path}, which is there already", err=True)
        return path
    written = write_recipe(data, path, ask=ask)
    click.echo(f"wrote {written}", err=True)
    return written


def _check_same_data(recipe: Path, data: Path) -> None:
    """Refuse a recipe that is called like the folder and is for another one of that name."""
    from augkit.data.divided import opened_source
    from augkit.recipe import read_recipe

    read = read_recipe(recipe)
    root = opened_source(read).root.resolve() if read.source else None
    if root is None or not root.is_relative_to(data.resolve()):
        raise RecipeError(
            f"{recipe} is there already and reads {root or 'no data'}, not {data}. Train by it: augkit train {recipe}; "
            f"or write another for this folder: augkit init {data} -o OTHER.yaml."
        )
