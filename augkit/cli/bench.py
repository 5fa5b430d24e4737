"""``augkit bench``: how long a recipe's samples take, and which plan is the fastest here."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from augkit.carriers import Calibration
    from augkit.data.calibration import Change


@click.command()
@click.argument("recipe", type=click.Path())
@click.option("--samples", type=click.IntRange(1, 10_000), default=16, show_default=True, help="How many samples.")
@click.option("--calibrate", is_flag=True, help="Measure the costs of a fast plan here, and write them into RECIPE.")
@click.option("--dry-run", is_flag=True, help="With --calibrate: show what would be written.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers as JSON.")
def command(recipe: str, samples: int, calibrate: bool, dry_run: bool, as_json: bool) -> None:
    """Time the training samples of RECIPE: reading, each step, the whole; plans exact and fast side by side.

    One process, one thread, processor time, medians of rounds that take turns. A step's time is what it adds to the
    list before it.

    --calibrate measures what a fast plan goes by when it chooses which warps to join, and writes that into the recipe's
    plan where it chooses otherwise. The plan is part of the recipe's hash; what is drawn stays.
    """
    from augkit.data import open_recipe
    from augkit.recipe import read_recipe

    if dry_run and not calibrate:
        raise click.UsageError("--dry-run goes with --calibrate; without it nothing is written.")
    read = read_recipe(recipe)
    if calibrate:
        _calibrate(recipe, read, samples, dry_run, as_json)
        return
    from augkit.data.timing import timings

    measured = timings(open_recipe(read), samples)
    if as_json:
        click.echo(json.dumps({"recipe": recipe, "hash": read.hash, **measured.described()}, indent=1))
        return
    click.echo(f"{recipe}: {measured.samples} samples, medians of {measured.rounds} rounds, one thread")
    for line in measured.lines():
        click.echo(line)
    click.echo(f"The recipe says plan: {measured.plan}.{' Its batch: is not timed.' if read.batch else ''}")


def _calibrate(name: str, recipe: Any, samples: int, dry_run: bool, as_json: bool) -> None:
    from augkit.data import open_recipe
    from augkit.data.calibration import before_and_after, calibrated, change, check_calibrated

    check_calibrated(recipe)
    opened = open_recipe(recipe)
    found = calibrated(opened, samples)
    planned = change(recipe, found.measured, dry_run) if found.otherwise else None
    spent = before_and_after(opened, found.measured, samples) if planned else None
    if as_json:
        click.echo(json.dumps(_described(name, recipe.hash, found, planned, spent, dry_run), indent=1))
    else:
        for line in (*_measured(name, found), *_planned(found, planned, spent)):
            click.echo(line)
    if planned and not dry_run:
        planned.write()
    if planned and not as_json:
        click.echo("Nothing is written (--dry-run)." if dry_run else f"wrote {name}")


def _measured(name: str, found: Calibration) -> Iterator[str]:
    if not found.choices:
        yield f"{name}: none of its steps leave a choice: nothing is measured, nothing is written."
        return
    yield f"{name}: microseconds a call, and a pixel, on one thread here"
    yield f"{'':14}{'before':>10}{'measured':>10}"
    for cost, value in found.measured.items():
        yield f"{cost:14}{found.before[cost]:>10g}{value:>10g}"


def _planned(found: Calibration, planned: Change | None, spent: tuple[float, float] | None) -> Iterator[str]:
    if planned is None or spent is None:
        if found.choices:
            yield f"All {found.choices} choices drawn here stay as they are, so nothing is written."
        return
    before, after = spent
    yield f"{found.otherwise} of {found.choices} choices drawn here change: {before:.2f} → {after:.2f} ms a sample."
    old, new = planned.text.splitlines(), planned.changed.splitlines()
    yield from (line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++"))
    yield f"The plan is part of the recipe's hash: {planned.hash} becomes {planned.hash_after}."
    yield "What is drawn, and so every annotation, stays; pixels differ by what a fast plan may change."


def _described(
    name: str, before: str, found: Calibration, planned: Change | None, spent: Any, dry_run: bool
) -> dict[str, Any]:
    return {
        "recipe": name,
        "hash": before,
        "hash_after": planned.hash_after if planned else before,
        "costs_before": dict(found.before),
        "costs_measured": dict(found.measured),
        "choices": found.choices,
        "otherwise": found.otherwise,
        "ms_before_and_after": spent,
        "written": bool(planned) and not dry_run,
    }
