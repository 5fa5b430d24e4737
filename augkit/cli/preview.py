"""``augkit preview``: see what a recipe does."""

from __future__ import annotations

from pathlib import Path

import click

from augkit.cli import print_all, with_settings


@click.command()
@click.argument("recipe", type=click.Path())
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("preview.html"), show_default=True)
@click.option("--samples", type=click.IntRange(1, 200), default=4, show_default=True, help="How many samples.")
@click.option("--draws", type=click.IntRange(0, 100), default=6, show_default=True, help="How many draws of each.")
@with_settings
def command(recipe: str, out: Path, samples: int, draws: int, settings: tuple[str, ...]) -> None:
    """Show what RECIPE does to some training samples: one HTML file that needs nothing else.

    Originals beside what validation sees and beside draws of several epochs, with masks, boxes, keypoints, events and
    spans drawn over them, and what was drawn below. Exit code 1 if a sample could not be shown.
    """
    from augkit.data import open_recipe
    from augkit.data.first import first_samples, refuse_giants
    from augkit.data.remarks import remarks
    from augkit.recipe import read_recipe
    from augkit.report.preview import preview

    opened = open_recipe(read_recipe(recipe, settings))
    refuse_giants(opened.recipe, first_samples(opened.recipe, opened.source, opened.splits))
    made = preview(opened, samples, draws)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(made.html, encoding="utf-8", errors="backslashreplace")  # file names need not be UTF-8
    click.echo(f"wrote {out}")
    print_all(remarks(opened.recipe, opened.source))
    for problem in made.problems:
        click.echo(problem, err=True)
    if made.problems:
        raise SystemExit(1)
