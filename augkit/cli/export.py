"""``augkit export``: a trained network as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from augkit.train.threads import wait_patiently


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["onnx", "torch"]), default="onnx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="The file; else beside the run, called like it.")
@click.option("--checkpoint", type=click.Choice(["best", "last"]), default="best", show_default=True)
def command(run: Path, form: Literal["onnx", "torch"], out: Path | None, checkpoint: Literal["best", "last"]) -> None:
    """Write the network of RUN, a folder that `augkit train` wrote, as one file that runs without augkit.

    The normalization and the names of the classes are inside; it says which steps are to be taken before, and the shape
    of what it is given. What was written is read back and compared.
    """
    wait_patiently()
    from augkit.train.export import ENDINGS, export
    from augkit.train.trained import open_run

    path = out or run.with_name(run.resolve().name + ENDINGS[form])
    about = export(open_run(run, checkpoint), path, form)
    given = about["input"]
    sizes = " × ".join(map(str, given["shape"]))
    click.echo(
        f"wrote {path}: {given['name']} ({given['dtype']}, {sizes}) to probabilities of {len(about['classes'])} classes"
    )
    for step in about["steps_before"]:
        [(name, fields)] = step.items()
        listing = ", ".join(f"{field}: {value}" for field, value in fields.items())
        click.echo(f"to be done before: {name}{f' ({listing})' if listing else ''}")
