"""``augkit lr``: how fast should it learn?"""

from __future__ import annotations

from pathlib import Path

import click

from augkit.cli import with_settings
from augkit.train.threads import wait_patiently


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@with_settings
@click.option("--low", type=float, default=1e-6, show_default=True, help="The first rate that is tried.")
@click.option("--high", type=float, default=1.0, show_default=True, help="The last one.")
@click.option("--steps", type=click.IntRange(2), default=80, show_default=True, help="How many rates between them.")
@click.option("--out", type=click.Path(path_type=Path), help="The picture; else <recipe>-lr.png.")
def command(recipe: Path, settings: tuple[str, ...], low: float, high: float, steps: int, out: Path | None) -> None:
    """Train RECIPE for some steps at growing learning rates, throw that away, and suggest one (Smith 2017).

    A suggestion is a place to start from, not a tuned value. Write it into the recipe as train.lr.
    """
    wait_patiently()
    from augkit.recipe import read_recipe
    from augkit.train.folder import run_name
    from augkit.train.learning_rate import draw_range, range_of

    read = read_recipe(recipe, settings)
    found = range_of(read, low=low, high=high, steps=steps)
    for line in found.lines():
        click.echo(line)
    path = out or Path(f"{run_name(read)}-lr.png")
    draw_range(found, path, read.path.stem)
    click.echo(f"wrote {path}")
