"""``augkit replay``: one sample, as it was drawn."""

from __future__ import annotations

import json
from pathlib import Path

import click

from augkit.cli import print_all, with_settings


@click.command()
@click.argument("recipe_or_run", type=click.Path(path_type=Path))
@click.argument("key")
@click.option("--epoch", "epochs", type=click.IntRange(0), multiple=True, help="Which draw; may be repeated. Else 0.")
@click.option("--copy", type=click.IntRange(0), default=0, show_default=True, help="Of samples that are seen often.")
@click.option("-o", "--out", type=click.Path(path_type=Path), default=Path("replay.html"), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the traces instead, a line each; no page is written.")
@with_settings
def command(
    recipe_or_run: Path,
    key: str,
    epochs: tuple[int, ...],
    copy: int,
    out: Path,
    as_json: bool,
    settings: tuple[str, ...],
) -> None:
    """Draw one sample again: as it is, as validation sees it, and as training saw it in some epoch (from 0).

    KEY names the sample in RECIPE, or in the recipe of a run's folder, whichever split it is in. Exit code 1 if
    something of it could not be shown.
    """
    from augkit.data import open_recipe
    from augkit.recipe import read_recipe
    from augkit.report.preview import replay

    recipe = recipe_or_run / "recipe.yaml" if recipe_or_run.is_dir() else recipe_or_run
    made, traces = replay(open_recipe(read_recipe(recipe, settings)), key, epochs or (0,), copy)
    if as_json:
        click.echo("\n".join(json.dumps(json.loads(trace.to_json()), ensure_ascii=False) for trace in traces))
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(made.html, encoding="utf-8", errors="backslashreplace")  # file names need not be UTF-8
    click.echo(f"wrote {out}")
    print_all(made.problems)
    if made.problems:
        raise SystemExit(1)
