"""``augkit test-plugin``: does a plugin keep the laws?"""

from __future__ import annotations

import json
from typing import Any

import click

from augkit.errors import MissingDependency


@click.command()
@click.argument("name")
@click.option("--law", "laws", multiple=True, metavar="L5", help="Prove only this law; may be repeated.")
@click.option("--examples", type=click.IntRange(1), help="Samples drawn for each law; 8, or 150 with AUGKIT_LAWS=long.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(name: str, laws: tuple[str, ...], examples: int | None, as_json: bool) -> None:
    """Import all that the plugin NAME registers, and prove the laws over each of its steps (docs/laws.md).

    NAME is one that `augkit plugins` lists. Exit code 1 if a law is broken, something cannot be imported, or no check
    ran at all: steps offer `law_examples()` where they have required fields.
    """
    try:
        from augkit.testing.whole_plugin import judged
    except ImportError as error:
        raise MissingDependency(f"the laws need {error.name}. Install it: pip install pytest hypothesis") from error
    found = []
    for each in judged(name, laws or None, examples):
        found.append(each)
        if not as_json:
            click.echo(_line(each))
    ran = sum(each.report.ran for each in found if each.report)
    if as_json:
        click.echo(json.dumps({"plugin": name, "checks": ran, "names": [_plain(each) for each in found]}, indent=1))
    else:
        click.echo(f"{ran} checks of {len({each.name for each in found if each.report})} steps")
    if not ran or not all(each.ok for each in found):
        raise SystemExit(1)


def _line(each: Any) -> str:
    if each.error:
        return f"{each.role} {each.name}: cannot be had: {each.error}"
    if each.report is None:
        return f"{each.role} {each.name}: imported"
    broken = "\n".join(f"  {outcome}" for outcome in each.report.broken)
    silent = sum(outcome.not_applicable is not None for outcome in each.report.outcomes)
    held = len(each.report.outcomes) - len(each.report.broken) - silent
    line = f"{each.role} {each.name}: {each.report.ran} checks, {held} laws hold, {silent} do not apply"
    return f"{line}, {len(each.report.broken)} BROKEN\n{broken}" if broken else line


def _plain(each: Any) -> dict[str, Any]:
    outcomes = each.report.outcomes if each.report else ()
    return {
        "role": each.role,
        "name": each.name,
        "ok": each.ok,
        "error": each.error,
        "laws": [
            {
                "law": outcome.law.id,
                "title": outcome.law.title,
                "checks": outcome.ran,
                "failures": list(outcome.failures),
                "not_applicable": outcome.not_applicable,
            }
            for outcome in outcomes
        ],
    }
