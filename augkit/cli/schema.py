"""``augkit schema``: what an editor completes and checks recipes by."""

from __future__ import annotations

import json

import click

from augkit.recipe.json_schema import recipe_schema
from augkit.train.task import config_types


@click.command()
def command() -> None:
    """Print the format of recipes as JSON Schema, with all that is installed: steps, sources, kinds.

    Editors complete from it: augkit schema > recipe.schema.json, and in a recipe's first line

    # yaml-language-server: $schema=recipe.schema.json
    """
    click.echo(json.dumps(recipe_schema(config_types()), ensure_ascii=False, indent=1))
