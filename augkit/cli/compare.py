"""``augkit compare``: does it help?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from augkit.cli import with_settings
from augkit.train.threads import wait_patiently

if TYPE_CHECKING:
    from augkit.proof import Comparison

PAGE = "comparison.html"


@click.command()
@click.argument("recipes", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RECIPE [OTHER]...")
@with_settings
@click.option("--seeds", type=click.IntRange(1, 100), default=3, show_default=True, help="From the recipe's seed on.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the comparison; else runs/<recipe>-<n>.")
@click.option("--resume", is_flag=True, help="Read what is finished in --out, or the newest folder; run the rest.")
@click.option("--shifted", is_flag=True, help="Judge the trained networks on corrupted validation samples too.")
def command(
    recipes: tuple[Path, ...], settings: tuple[str, ...], seeds: int, out: Path | None, resume: bool, shifted: bool
) -> None:
    """Train RECIPE with and without augmentation, or several recipes, over several seeds; say if there is a difference.

    Without augmentation means that `steps` are replaced by `eval_steps`; data, epochs and number of optimisation steps
    stay. A seed decides split, first weights, order and draws, and every arm is trained with each. Several recipes must
    be of the same data, task and epochs; the first is held against the others. The folder gets every run,
    comparison.json and comparison.html.
    """
    wait_patiently()
    from augkit.proof import compare

    finish(compare(recipes, seeds, out, overrides=settings, resume=resume, shifted=shifted, say=click.echo))


def finish(result: Comparison) -> None:
    """Print the tables, and write the page beside the runs."""
    from augkit.proof.tables import conclusions
    from augkit.report.compared import comparison_page
    from augkit.train.folder import write_text

    click.echo("")
    for line in result.lines():
        click.echo(line)
    if result.folder is not None:
        path = result.folder / PAGE
        write_text(path, comparison_page(" / ".join(result.scores), result.to_json(), conclusions(result)))
        click.echo(f"wrote {path}")
