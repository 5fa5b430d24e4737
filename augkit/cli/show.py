"""``augkit show``: the resolved recipe."""

from __future__ import annotations

import json

import click

from augkit.cli import with_settings
from augkit.cli.check import leaving
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.yaml12 import plain, read


@click.command()
@click.argument("recipe", type=click.Path())
@with_settings
@click.option("--json", "as_json", is_flag=True, help="Print the hash, the fields and the recipe as JSON.")
def command(recipe: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Print RECIPE with everything filled in: variables, what it extends, overrides, defaults, appended steps.

    What is printed is a recipe again, with the same hash. At its end stand the fields as they leave the steps.
    """
    read = read_recipe(recipe, settings)
    if as_json:
        click.echo(json.dumps(_as_dict(read), ensure_ascii=False, indent=1))
        return
    click.echo(read.resolved(), nl=False)
    for split, name in (("train", "train"), ("val", "val and test")):
        click.echo(f"# {name}: {leaving(read, split)}")  # type: ignore[arg-type]
    click.echo(f"# hash: {read.hash}")


def _as_dict(recipe: Recipe) -> dict[str, object]:
    after = recipe.pipeline().plan.out_schema.fields
    fields = {name: {"kind": field.kind, "leaves_as": after[name].kind} for name, field in recipe.schema.fields.items()}
    return {"hash": recipe.hash, "fields": fields, "recipe": plain(read(recipe.resolved()))}
