"""``augkit diagnose``: what do the learning curves say?"""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("run_or_csv", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print {verdict, evidence, advice, turning, numbers}.")
@click.option(
    "--augmented", is_flag=True, help="Of a CSV: the training loss was measured with augmentation or dropout."
)
@click.option("--out", type=click.Path(path_type=Path), help="Draw the curves with the verdict into this PNG.")
def command(run_or_csv: Path, as_json: bool, augmented: bool, out: Path | None) -> None:
    """Read the losses of RUN (its folder) or CSV (columns epoch, train, val, and clean if it is known) and say what
    they show: underfit and flat, underfit and still falling, overfit, an unrepresentative training or validation set,
    a good fit, or inconclusive; with the evidence, and what to change.
    """
    from augkit.train.diagnosis import diagnose
    from augkit.train.losses_of import losses_of

    losses = losses_of(run_or_csv)
    found = diagnose(
        losses.train, losses.val, losses.clean, epochs=losses.epochs, guessing=losses.guessing, augmented=augmented
    )
    if out is not None:
        from augkit.train.curves import draw_losses

        draw_losses(losses, out, found)
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=1))
        return
    for line in found.lines():
        click.echo(line)
