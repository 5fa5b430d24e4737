"""``augkit import``: another library's pipeline as a recipe."""

from __future__ import annotations

import json
from pathlib import Path

import click

from augkit.recipe.foreign import read_document, why_not


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The recipe to write; else it is printed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: library, recipe, differences, left_out, problem.")
def command(file: Path, out: Path | None, as_json: bool) -> None:
    """Make a recipe with the same distribution out of FILE, a pipeline that another library has written.

    Known are albumentations' A.save and A.to_dict, as JSON or YAML. In Python, augkit.compat.from_albumentations,
    from_torchvision and from_audiomentations take the pipelines themselves. What differs stands in the recipe's
    comments, and in the error output. Exit code 1 if something had to be left out, or the recipe cannot run as it is.
    """
    found = read_document(file)
    problem = why_not(found)
    if out is not None:
        out.write_text(found.text, encoding="utf-8")
    if as_json:
        told = {"library": found.library, "recipe": found.recipe, "problem": problem}
        click.echo(json.dumps({**told, "differences": found.differences, "left_out": found.left_out}, indent=1))
    else:
        click.echo(f"wrote {out}" if out is not None else found.text, nl=out is not None)
        for note in (*(f"left out: {each}" for each in found.left_out), *found.differences):
            click.echo(note, err=True)
    if problem:
        click.echo(f"it cannot run as it is: {problem}", err=True)
    if problem or found.left_out:
        raise SystemExit(1)
