"""``augkit tune``: which values are better?"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augkit.cli import with_settings
from augkit.train.threads import wait_patiently

if TYPE_CHECKING:
    from augkit.proof.tuning import Tuned

PAGE = "tuning.html"


@click.command()
@click.argument("recipe", type=click.Path(path_type=Path))
@with_settings
@click.option("--trials", type=click.IntRange(1), help="Instead of tune: trials.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the trials; else runs/<recipe>-<n>.")
@click.option("--resume", is_flag=True, help="Go on with the trials in --out, or in the newest folder.")
def command(recipe: Path, settings: tuple[str, ...], trials: int | None, out: Path | None, resume: bool) -> None:
    """Search the values that `tune: search` of RECIPE names, by trainings that are judged on the validation split.

    The folder gets every run, a journal to resume from, tuning.json, tuning.html, and best.yaml, the recipe with the
    values of the best trial.
    """
    wait_patiently()
    from augkit.proof import tune

    more = () if trials is None else (f"tune.trials={trials}",)
    found = tune(recipe, out, overrides=(*settings, *more), resume=resume, say=click.echo)
    from augkit.report.tuned import tuning_page
    from augkit.train.folder import write_text

    said = list(outcome(found, recipe))
    write_text(found.folder / PAGE, tuning_page(f"{recipe.name}, tuned", found.to_json(), said))
    for line in ("", *said, f"wrote {found.folder / PAGE}"):
        click.echo(line)


def outcome(found: Tuned, recipe: Path) -> Iterator[str]:
    """The best trial, how to have it again, and how much of it to believe."""
    best, count = found.best, len(found.tried)
    if best is None:
        yield f"None of {count} trials was finished; see {found.folder}."
        return
    told = "".join(f", {name} {value:.3f}" for name, value in best.told.items() if name != found.monitor)
    pruned = sum(each.state == "pruned" for each in found.tried)
    yield f"best: trial {best.number + 1} of {count} ({pruned} pruned): {found.monitor} {best.value:.4f}{told}"
    yield f"augkit train {shlex.quote(str(recipe))} " + " ".join(
        f"--set {shlex.quote(each)}" for each in found.settings
    )
    yield f"wrote {found.folder / 'best.yaml'}"
    yield (
        f"The best of {count} trials looks better than it is: it was chosen by the validation samples that it is "
        "judged on. Compare on other seeds before you believe it:"
    )
    others = f"--seeds 5 --set seed={found.recipe.seed + 1000}"
    yield f"augkit compare {shlex.quote(str(found.folder / 'best.yaml'))} {shlex.quote(str(recipe))} {others}"
