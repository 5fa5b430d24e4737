"""``augkit ablate``: what was each step worth?"""

from __future__ import annotations

from pathlib import Path

import click

from augkit.cli import with_settings
from augkit.cli.compare import finish
from augkit.train.threads import wait_patiently


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@with_settings
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True, help="From the recipe's seed on.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the runs; else runs/<recipe>-<n>.")
@click.option("--resume", is_flag=True, help="Read what is finished in --out, or the newest folder; run the rest.")
@click.option("--shifted", is_flag=True, help="Judge the trained networks on corrupted validation samples too.")
def command(recipe: Path, settings: tuple[str, ...], seeds: int, out: Path | None, resume: bool, shifted: bool) -> None:
    """Train RECIPE, and RECIPE without each of its steps in turn, over several seeds; say what each step was worth.

    A step is left out by `p: 0`, so that all others draw what they draw in the whole recipe. Steps that only make a
    format stay. The folder gets every run, comparison.json and comparison.html.
    """
    wait_patiently()
    from augkit.proof import ablate

    finish(ablate(recipe, seeds, out, overrides=settings, resume=resume, shifted=shifted, say=click.echo))
