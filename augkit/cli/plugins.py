"""``augkit plugins``: what is installed, and why something is not there."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from augkit.plugins import PluginInfo, loaded


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(as_json: bool) -> None:
    """List the plugins, what each registers, how long it took to load, and why one does not.

    AUGKIT_PLUGINS=a,b in the environment loads no others; augkit --no-plugin NAME leaves one out. Exit code 1 if a
    plugin does not load.
    """
    infos = loaded()[1]
    if as_json:
        click.echo(json.dumps([asdict(info) for info in infos], indent=1))
    else:
        for info in infos:
            click.echo(_line(info))
        if not infos:
            click.echo("no plugins. Is augkit installed, or only on the path? See pip install 'augkit[image]'.")
    if any(info.status == "failed" for info in infos):
        raise SystemExit(1)


SLOW_MS = 500.0
"""Ours load in a few; what takes longer imports what it should name."""


def _line(info: PluginInfo) -> str:
    head = f"{info.name}  {info.module}  from {info.distribution} {info.version}"
    if not info.ok:
        return f"{head}\n  {info.status}: {info.error}"
    line = f"{head}  API {info.api}  {len(info.names)} names  {info.load_ms:.1f} ms"
    return line + (_SLOW.format(info.name) if info.load_ms > SLOW_MS else "")


_SLOW = (
    "\n  slow: every command and every worker waits for it. Its author must register names as texts and import what "
    "they stand for on use; until then: augkit --no-plugin {}"
)
