"""``augkit compare``: does it help?"""

from __future__ import annotations

from pathlib import Path

import click

from augkit.cli import with_settings
from augkit.train.threads import wait_patiently


@click.command()
@click.argument("recipes", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECIPE [OTHER]...")
@with_settings
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True, help="From the recipe's seed on.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the comparison; else runs/<recipe>-<n>.")
@click.option("--resume", is_flag=True, help="Read what is finished in --out, or the newest folder; run the rest.")
def command(recipes: tuple[Path, ...], settings: tuple[str, ...], seeds: int, out: Path | None, resume: bool) -> None:
    """Train RECIPE with and without augmentation, or several recipes, over several seeds; say if there is a difference.

    Without augmentation means that `steps` are replaced by `eval_steps`; data, epochs and number of optimisation steps
    stay. A seed decides split, first weights, order and draws, and every arm is trained with each.
    """
    wait_patiently()
    from augkit.train import compare

    folder = trials_folder(read_recipe(recipes[0], settings), out, resume)
    result = compare(recipes, seeds, out, overrides=settings, resume=resume, say=click.echo)
    click.echo("")
    for line in result.lines():
        click.echo(line)
