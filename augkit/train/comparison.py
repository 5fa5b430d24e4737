"""Does it help? The same training with and without something, over several seeds, in pairs."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augkit.errors import RecipeError
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.reading import Given, Overrides
from augkit.train.folder import new_folder, run_name, write_json
from augkit.train.progress import Progress
from augkit.train.run import Run, fit
from augkit.train.task import task_of

WITH, WITHOUT = "with augmentation", "without"
RESULT = "comparison.json"


@dataclass(frozen=True)
class Paired:
    """Differences of two arms, seed by seed; the interval is Student's, at 95 %, and needs two pairs."""

    differences: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The mean difference."""
        return statistics.fmean(self.differences)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the mean difference lies, if differences are normal; None for a single pair."""
        count = len(self.differences)
        if count < 2:
            return None
        from scipy.special import stdtrit  # type: ignore[import-untyped]

        half = float(stdtrit(count - 1, 0.975)) * statistics.stdev(self.differences) / count**0.5
        return self.mean - half, self.mean + half

    def verdict(self, arm: str, other: str) -> str:
        """What may be said of ``arm`` against ``other``, and no more."""
        count, interval = len(self.differences), self.interval
        if interval is None:
            return f"{arm} {self.mean:+.3f} against {other} on one seed. One seed is not proof: try --seeds 3 or more."
        told = f"{self.mean:+.3f}, 95 % interval {interval[0]:+.3f} to {interval[1]:+.3f}, {count} paired seeds"
        if interval[0] <= 0 <= interval[1]:
            return f"No difference found: {arm} against {other} {told}; the interval contains 0."
        return f"{arm} is {'better' if self.mean > 0 else 'worse'} than {other}: {told}. One seed is not proof."


@dataclass(frozen=True)
class Comparison:
    """What each arm reached in validation, seed by seed; ``score`` names it."""

    seeds: tuple[int, ...]
    scores: Mapping[str, Sequence[float]]
    score: str = "accuracy"

    def against_first(self) -> dict[str, Paired]:
        """The first arm against each of the others, over the seeds that both have."""
        (_, first), *others = self.scores.items()
        return {name: Paired(tuple(a - b for a, b in zip(first, scores, strict=False))) for name, scores in others}

    def lines(self) -> list[str]:
        """A table, and what may be concluded."""
        what = f"validation {self.score.replace('_', ' ')}"
        width = max(map(len, (*self.scores, what)))
        head = "".join(f"{f'seed {seed}':>9}" for seed in self.seeds)
        table = [f"{what:<{width}}  {'mean':>6} {'sd':>6} {head}"]
        for name, scores in self.scores.items():
            spread = f"{statistics.stdev(scores):>6.3f}" if len(scores) > 1 else f"{'–':>6}"
            each = "".join(f"{score:>9.3f}" for score in scores)
            table.append(f"{name:<{width}}  {statistics.fmean(scores):>6.3f} {spread} {each}")
        first = next(iter(self.scores))
        return [*table, *(pair.verdict(first, name) for name, pair in self.against_first().items())]

    def to_json(self) -> dict[str, Any]:
        """For ``comparison.json``."""
        pairs = {
            name: {"mean": pair.mean, "interval_95": pair.interval, "differences": pair.differences}
            for name, pair in self.against_first().items()
        }
        first = next(iter(self.scores))
        return {"seeds": self.seeds, f"val_{self.score}": self.scores, "first": first, "first_minus_other": pairs}


def compare(
    recipes: Sequence[Given],
    seeds: int = 3,
    out: str | Path | None = None,
    *,
    overrides: Overrides = None,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """Train every arm with every seed, from the first recipe's own on, and compare their scores seed by seed.

    One recipe is compared with itself without augmentation (``steps`` replaced by ``eval_steps``: the same data, epochs
    and number of optimisation steps); several recipes are compared with each other. All arms of a seed run before the
    next seed, so that an interrupted comparison is still one of pairs. Scores are those of the last epoch, or with
    ``early_stop`` of the best. Writes every run and ``comparison.json`` into ``out``, or a new folder in ``runs``.
    """
    own = read_recipe(recipes[0], overrides)
    numbers = tuple(range(own.seed, own.seed + seeds))
    arms = {seed: _arms(recipes, overrides, seed) for seed in numbers}
    what = _common_score(list(arms[own.seed].values()))
    folder, progress = new_folder(own, out), progress or Progress()
    scores: dict[str, list[float]] = {name: [] for name in arms[own.seed]}
    for seed in numbers:
        for name, recipe in arms[seed].items():
            progress.prefix = f"[{name}] "
            run = fit(recipe, folder / f"{name.replace(' ', '-')}-seed-{seed}", progress=progress)
            scores[name].append(score(run))
            say(f"seed {seed}, {name}: validation {what.replace('_', ' ')} {scores[name][-1]:.3f}")
        write_json(folder / RESULT, Comparison(numbers, scores, what).to_json())
    return Comparison(numbers, scores, what)


def _common_score(recipes: Sequence[Recipe]) -> str:
    """What all arms are judged by; RecipeError where they learn different things."""
    found = {task_of(recipe.train).scores[0]: recipe for recipe in recipes if recipe.train is not None}
    if len(found) > 1:
        names = " and ".join(found)
        raise RecipeError(f"these recipes are judged by {names}: they learn different things and cannot be compared.")
    return next(iter(found), "accuracy")


def score(run: Run) -> float:
    """The number that a run is judged by; picking the best epoch by validation would flatter it."""
    epoch = run.metrics["best" if run.model.config.early_stop else "last"]
    return float(epoch[f"val_{run.metrics['scores'][0]}"])


def without_augmentation(recipe: Recipe) -> Recipe:
    """The recipe with ``steps`` replaced by ``eval_steps``, without ``batch``; RecipeError where that is no other."""
    if recipe.steps == recipe.eval_steps and not recipe.batch:
        where = recipe.tree.keys.get("steps", recipe.tree.where)
        raise RecipeError("steps and eval_steps are the same: there is no augmentation to leave out.", where)
    tree = recipe.tree
    items = {key: item for key, item in tree.items.items() if key != "batch"}
    tree = replace(tree, items=items | {"steps": tree.items["eval_steps"]})
    return replace(recipe, tree=tree, steps=recipe.eval_steps, batch=())


def _arms(recipes: Sequence[Given], overrides: Overrides, seed: int) -> dict[str, Recipe]:
    """The recipes of one seed, by name."""
    read = [read_recipe(recipe, _and_seed(overrides, seed)) for recipe in recipes]
    if len(read) == 1:
        return {WITH: read[0], WITHOUT: without_augmentation(read[0])}
    names = [run_name(recipe) for recipe in read]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RecipeError(
            f"two of the recipes are called {twice!r}; rename one, so that the table can tell them apart."
        )
    return dict(zip(names, read, strict=True))


def _and_seed(overrides: Overrides, seed: int) -> Overrides:
    if isinstance(overrides, Mapping):
        return {**overrides, "seed": seed}
    return [*(overrides or ()), f"seed={seed}"]
