"""``augkit pack``: a compact copy of a recipe's data."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="The folder to write; else RECIPE's name-<long side>."
)
@click.option("--long-side", type=click.IntRange(1), default=500, show_default=True, help="At most so many pixels.")
@click.option("--quality", type=click.IntRange(1, 100), default=90, show_default=True, help="Of the JPEGs.")
@click.option("--workers", type=click.IntRange(1), default=min(4, os.cpu_count() or 1), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(recipe: Path, out: Path | None, long_side: int, quality: int, workers: int, as_json: bool) -> None:
    """Write a compact copy of RECIPE's data: pictures scaled down, every annotation with them, and a recipe to use it.

    Decoding is most of the cost of a picture, and pixels that a crop of 224 cannot use cost the most. Keys stay as
    they are, so draws and splits do. A run that was stopped goes on where it was; a folder that holds anything else is
    left alone. Exit code 1 if samples were left out (loader: on_error: skip).
    """
    from augkit.data.packing import pack
    from augkit.recipe import read_recipe

    read = read_recipe(recipe)
    out = Path(f"{recipe.stem}-{long_side}") if out is None else out
    report = pack(read, out, long_side, quality, workers, _Progress())
    if as_json:
        click.echo(json.dumps(asdict(report), ensure_ascii=False, indent=1))
    else:
        for line in report.lines():
            click.echo(line)
        click.echo(f"wrote {report.recipe}; use it like {recipe}: augkit check {shlex.quote(report.recipe)}")
    if report.skipped or not report.same_splits:
        raise SystemExit(1)


class _Progress:
    """A line on stderr that rewrites itself on a terminal; elsewhere a line every ten seconds."""

    def __init__(self) -> None:
        self.alone = sys.stderr.isatty()
        self.last = time.monotonic()

    def __call__(self, done: int, count: int) -> None:
        now = time.monotonic()
        if done < count and now - self.last < (0.1 if self.alone else 10):
            return
        self.last = now
        if self.alone:
            click.echo(f"\rpacked {done} of {count}" + ("\n" if done == count else ""), nl=False, err=True)
        elif done < count:
            click.echo(f"packed {done} of {count}", err=True)
