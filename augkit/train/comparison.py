"""Does it help? The same training with and without something, over several seeds, in pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augkit.recipe import read_recipe
from augkit.recipe.reading import Given, Overrides
from augkit.train.arms import Arms, arms_of, check_comparable
from augkit.train.folder import trials_folder, write_json
from augkit.train.paired import Paired
from augkit.train.progress import Progress
from augkit.train.trials import Trial, run_trials

RESULT = "comparison.json"


@dataclass(frozen=True)
class Comparison:
    """What each arm reached in validation, seed by seed; ``score`` names it. ``per_class`` has the same of every class:
    arm → for each seed, class → score.
    """

    seeds: tuple[int, ...]
    scores: Mapping[str, Sequence[float]]
    score: str = "accuracy"
    per_class: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The arm that the others are held against."""
        return next(iter(self.scores))

    @property
    def others(self) -> list[str]:
        """The other arms."""
        return list(self.scores)[1:]

    def against_first(self) -> dict[str, Paired]:
        """The first arm against each of the others, over the seeds that both have."""
        (_, first), *others = self.scores.items()
        return {name: _paired(first, scores, len(others)) for name, scores in others}

    def classes_against_first(self) -> dict[str, dict[str, Paired]]:
        """Other arm → class → the first arm against it, over the seeds whose validation has the class in both; the
        intervals of all classes and arms hold together.
        """
        classes = self.classes
        among = len(classes) * len(self.others)
        return {
            other: {name: pair for name in classes if (pair := self._of_class(name, other, among)) is not None}
            for other in (self.others if classes else ())
        }

    @property
    def classes(self) -> list[str]:
        """Those of any validation, as the runs order them."""
        return list(dict.fromkeys(name for rows in self.per_class.values() for row in rows for name in row))

    def harmed(self) -> dict[str, tuple[str, dict[str, Paired]]]:
        """Other arm → which of the two has the higher mean, and the classes that it is found to be worse at."""
        found = {}
        for other, pair in self.against_first().items():
            up = (pair.mean > 0) - (pair.mean < 0)
            classes = self.classes_against_first().get(other, {}) if up else {}
            worse = {name: each for name, each in classes.items() if each.sign == -up}
            found[other] = (other if up < 0 else self.first, worse)
        return found

    def _of_class(self, name: str, other: str, among: int) -> Paired | None:
        rows = zip(self.per_class[self.first], self.per_class[other], strict=False)
        both = [(a[name], b[name]) for a, b in rows if name in a and name in b]
        return _paired(*zip(*both, strict=True), among) if both else None

    def lines(self) -> list[str]:
        """Tables, and what may be concluded."""
        from augkit.train.tables import lines_of

        return lines_of(self)

    def to_json(self) -> dict[str, Any]:
        """For ``comparison.json``."""
        made: dict[str, Any] = {
            "seeds": self.seeds,
            "score": self.score,
            f"val_{self.score}": self.scores,
            "first": self.first,
            "first_minus_other": {name: pair.to_json() for name, pair in self.against_first().items()},
        }
        if self.classes:
            made["per_class"] = self.per_class
            made["first_minus_other_per_class"] = {
                other: {name: pair.to_json() for name, pair in pairs.items()}
                for other, pairs in self.classes_against_first().items()
            }
        return made


def _paired(first: Sequence[float], other: Sequence[float], among: int) -> Paired:
    return Paired(tuple(a - b for a, b in zip(first, other, strict=False)), max(1, among))


def compare(
    recipes: Sequence[Given],
    seeds: int = 3,
    out: str | Path | None = None,
    *,
    overrides: Overrides = None,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """Train every arm with every seed, from the first recipe's own on, and compare their scores seed by seed.

    One recipe is compared with itself without augmentation (``steps`` replaced by ``eval_steps``: the same data, epochs
    and number of optimisation steps); several recipes are compared with the first. A seed decides split, first weights,
    order and draws. Scores are those of the last epoch, or with ``early_stop`` of the best. Writes every run and
    ``comparison.json`` into ``out``, or a new folder in ``runs``; with ``resume``, what is finished there is read and
    not repeated. RecipeError where the recipes are of other data, tasks, scores or numbers of epochs.
    """
    own = read_recipe(recipes[0], overrides)
    numbers = range(own.seed, own.seed + seeds)
    arms = {seed: arms_of(recipes, overrides, seed) for seed in numbers}
    return compare_arms(arms, trials_folder(own, out, resume), resume=resume, progress=progress, say=say)


def compare_arms(
    arms: Mapping[int, Arms],
    folder: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """As ``compare``, for the arms of each seed, into ``folder``."""
    check_comparable(next(iter(arms.values())))
    done: list[list[Trial]] = []
    for trials in run_trials(arms, folder, resume=resume, progress=progress, say=say):
        done.append(trials)
        write_json(folder / RESULT, comparison_of(done).to_json())
    return comparison_of(done)


def comparison_of(done: Sequence[Sequence[Trial]]) -> Comparison:
    """The comparison of finished trials: for each seed those of all arms."""
    by_arm: dict[str, list[Trial]] = {}
    for trial in (trial for trials in done for trial in trials):
        by_arm.setdefault(trial.arm, []).append(trial)
    return Comparison(
        tuple(trials[0].seed for trials in done),
        {arm: [trial.score for trial in trials] for arm, trials in by_arm.items()},
        done[0][0].metrics["scores"][0],
        {arm: [trial.per_class for trial in trials] for arm, trials in by_arm.items()},
    )
