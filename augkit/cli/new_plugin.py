"""``augkit new-plugin``: a package to begin from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from augkit.scaffold import MODALITIES, write_package


@click.command()
@click.argument("name")
@click.option("--modality", type=click.Choice(list(MODALITIES)), default="image", show_default=True)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The folder to write; else augkit-NAME.")
def command(name: str, modality: str, out: Path | None) -> None:
    """Write a package with a step, a kind of target and its kernel, tests that prove the laws, and a workflow for CI.

    NAME is the plugin's, as in acme-rain; its steps begin with it. The package installs and passes as it is.
    """
    folder = out or Path(f"augkit-{name}")
    for file in write_package(name, modality, folder):
        click.echo(f"wrote {file}")
    there = shlex.quote(str(folder))
    click.echo(f"now: pip install -e {there}[dev] && augkit test-plugin {name.replace('-', '_')} && pytest {there}")
