"""Trials: one run for each arm and seed, in pairs; what is finished in the folder is read and not repeated."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from augkit.errors import AugkitError, RecipeError
from augkit.proof.arms import Arms, folder_name
from augkit.recipe import Recipe
from augkit.recipe.grammar import is_empty
from augkit.train.folder import LAST, METRICS, RECIPE, clear, moved_to
from augkit.train.progress import Progress
from augkit.train.run import fit

DONE = ("finished", "early_stop")


@dataclass(frozen=True)
class Trial:
    """A finished run of an arm: what its ``metrics.json`` holds, and which of its epochs counts."""

    arm: str
    seed: int
    folder: Path
    metrics: Mapping[str, Any]
    judged: Literal["best", "last"] = "last"

    @property
    def score(self) -> float:
        """The number that the run is judged by."""
        return float(self.metrics[self.judged][f"val_{self.metrics['scores'][0]}"])

    @property
    def per_class(self) -> dict[str, float]:
        """The same of each class, where the task has classes."""
        found: dict[str, float] = self.metrics[self.judged].get("per_class", {})
        return found


def run_trials(
    arms: Mapping[int, Arms],
    folder: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Iterator[list[Trial]]:
    """The trials of one seed after the other, each ``arm``-seed-``n`` in ``folder``.

    All arms of a seed run before the next seed, so that an interrupted comparison is still one of pairs.
    """
    progress = progress or Progress()
    for seed, recipes in arms.items():
        trials = []
        for arm, recipe in recipes.items():
            progress.prefix = f"[{arm}] "
            trial, read = _trial(arm, recipe, folder / f"{folder_name(arm)}-seed-{seed}", resume, progress)
            _check_score(trial)
            trials.append(trial)
            what = trial.metrics["scores"][0].replace("_", " ")
            say(f"seed {seed}, {arm}: validation {what} {trial.score:.3f}{', read from the folder' if read else ''}")
        yield trials


def _check_score(trial: Trial) -> None:
    """AugkitError for a run whose validation ended in no number: nothing can be compared with it."""
    if not math.isfinite(trial.score):
        raise AugkitError(
            f"{trial.folder}: the validation {trial.metrics['scores'][0]} of {trial.arm} with seed {trial.seed} is "
            f"{trial.score}; the run diverged, and nothing can be compared with it. A lower train.lr usually helps."
        )


def _trial(arm: str, recipe: Recipe, folder: Path, resume: bool, progress: Progress) -> tuple[Trial, bool]:
    """The trial, and whether it was there already."""
    if resume and (found := finished(recipe, folder)) is not None:
        return Trial(arm, recipe.seed, folder, found, judged_epoch(recipe)), True
    begun = resume and (folder / LAST).is_file()
    if resume and not begun:
        clear(folder)  # stopped before its first epoch was over; `finished` has seen that it is of this recipe
    run = fit(recipe, folder, resume=begun, progress=progress, watched=False)
    return Trial(arm, recipe.seed, folder, run.metrics, judged_epoch(recipe)), False


def judged_epoch(recipe: Recipe) -> Literal["best", "last"]:
    """The last, or with ``early_stop`` the best; to pick the best epoch by validation in every run would flatter it."""
    node = recipe.train.items.get("early_stop") if recipe.train else None
    return "last" if is_empty(node) else "best"


def finished(recipe: Recipe, folder: Path) -> dict[str, Any] | None:
    """What ``metrics.json`` of a finished run in ``folder`` holds; None where it is not finished or not there.

    RecipeError where the folder holds a run of another recipe or seed.
    """
    if not folder.is_dir() or not any(folder.iterdir()):
        return None
    written = folder / RECIPE
    if not written.is_file():
        raise RecipeError(f"{folder} is no run that can be resumed: it has no {RECIPE}. Name another --out.")
    metrics = json.loads((folder / METRICS).read_text("utf-8")) if (folder / METRICS).is_file() else {}
    same = metrics.get("recipe_hash", recipe.hash) == recipe.hash and metrics.get("seed", recipe.seed) == recipe.seed
    if not same or written.read_text("utf-8") != moved_to(recipe, folder).resolved():
        way = "Repeat the --set options that it was started with, or name another --out."
        raise RecipeError(f"{folder} holds a run of another recipe, which cannot be resumed with this one. {way}")
    return metrics if metrics.get("stopped") in DONE else None
