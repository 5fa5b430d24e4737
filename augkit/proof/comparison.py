"""Does it help? The same training with and without something, over several seeds, in pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from augkit.proof.arms import Arms, arms_of, check_comparable
from augkit.proof.paired import Paired
from augkit.proof.shifts import SEVERITIES, Scores, judge_shifted, shifts_for
from augkit.proof.trials import Trial, run_trials
from augkit.recipe import read_recipe
from augkit.recipe.reading import Given, Overrides
from augkit.train.folder import trials_folder, write_json
from augkit.train.progress import Progress

RESULT = "comparison.json"


@dataclass(frozen=True)
class Comparison:
    """What each arm reached in validation, seed by seed; ``score`` names it. ``per_class`` has the same of every class:
    arm → for each seed, class → score. ``shifted`` is of corrupted validation samples: arm →
    for each seed, corruption → the scores at its severities; ``left_out`` says which corruptions did not fit.
    ``folder`` holds the runs.
    """

    seeds: tuple[int, ...]
    scores: Mapping[str, Sequence[float]]
    score: str = "accuracy"
    per_class: Mapping[str, Sequence[Mapping[str, float]]] = field(default_factory=dict)
    shifted: Mapping[str, Sequence[Scores]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    folder: Path | None = None

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

    def shifted_against_first(self) -> dict[str, Paired]:
        """As ``against_first``, of the mean over all corruptions and severities."""
        means = {arm: [_over_all(scores) for scores in rows] for arm, rows in self.shifted.items()}
        return {name: _paired(means[self.first], means[name], len(self.others)) for name in list(means)[1:]}

    def shifted_means(self) -> dict[str, Scores]:
        """Arm → corruption → the mean over seeds at each severity."""
        return {
            arm: {name: [fmean(each) for each in zip(*(row[name] for row in rows), strict=True)] for name in rows[0]}
            for arm, rows in self.shifted.items()
        }

    @property
    def classes(self) -> list[str]:
        """Those of any validation, as the runs order them."""
        return list(dict.fromkeys(name for rows in self.per_class.values() for row in rows for name in row))

    def _of_class(self, name: str, other: str, among: int) -> Paired | None:
        rows = zip(self.per_class[self.first], self.per_class[other], strict=False)
        both = [(a[name], b[name]) for a, b in rows if name in a and name in b]
        return _paired([a for a, _ in both], [b for _, b in both], among) if both else None

    def lines(self) -> list[str]:
        """Tables, and what may be concluded."""
        from augkit.proof.tables import lines_of

        return lines_of(self)

    def to_json(self) -> dict[str, Any]:
        """For ``comparison.json``, and for the page."""
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
        if self.shifted:
            made["shifted"] = {
                "per_seed": self.shifted,
                "mean_over_seeds": self.shifted_means(),
                "first_minus_other": {name: pair.to_json() for name, pair in self.shifted_against_first().items()},
                "left_out": self.left_out,
            }
        return made


def _over_all(scores: Scores) -> float:
    return fmean(score for each in scores.values() for score in each)


def _paired(first: Sequence[float], other: Sequence[float], among: int) -> Paired:
    return Paired(tuple(a - b for a, b in zip(first, other, strict=False)), max(1, among))


def compare(
    recipes: Sequence[Given],
    seeds: int = 3,
    out: str | Path | None = None,
    *,
    overrides: Overrides = None,
    resume: bool = False,
    shifted: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """Train every arm with every seed, from the first recipe's own on, and compare their scores seed by seed.

    One recipe is compared with itself without augmentation (``steps`` replaced by ``eval_steps``: the same data, epochs
    and number of optimisation steps); several recipes are compared with the first. A seed decides split, first weights,
    order and draws. Scores are those of the last epoch, or with ``early_stop`` of the best. Writes every run and
    ``comparison.json`` into ``out``, or a new folder in ``runs``; with ``resume``, what is finished there is read and
    not repeated. With ``shifted`` the same networks are also judged on corrupted validation samples, all arms of a seed
    on the same bits. RecipeError where the recipes are of other data, tasks, scores or numbers of epochs.
    """
    own = read_recipe(recipes[0], overrides)
    numbers = range(own.seed, own.seed + seeds)
    arms = {seed: arms_of(recipes, overrides, seed) for seed in numbers}
    folder = trials_folder(own, out, resume)
    return compare_arms(arms, folder, resume=resume, shifted=shifted, progress=progress, say=say)


def compare_arms(
    arms: Mapping[int, Arms],
    folder: Path,
    *,
    resume: bool = False,
    shifted: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Comparison:
    """As ``compare``, for the arms of each seed, into ``folder``."""
    first = next(iter(arms.values()))
    check_comparable(first)
    shifts = shifts_for(first) if shifted else None
    done: list[list[Trial]] = []
    seen: list[list[Scores]] = []
    for trials in run_trials(arms, folder, resume=resume, progress=progress, say=say):
        done.append(trials)
        if shifts is not None:
            recipes = arms[trials[0].seed]
            seen.append([judge_shifted(trial, recipes[trial.arm], shifts) for trial in trials])
            say(f"seed {trials[0].seed}: judged on {len(shifts.steps)} corruptions at {SEVERITIES} severities")
        found = comparison_of(done, seen, shifts.left_out if shifts else (), folder)
        write_json(folder / RESULT, found.to_json())
    return found


def comparison_of(
    done: Sequence[Sequence[Trial]],
    seen: Sequence[Sequence[Scores]] = (),
    left_out: tuple[str, ...] = (),
    folder: Path | None = None,
) -> Comparison:
    """The comparison of finished trials, for each seed those of all arms; ``seen`` are their scores when shifted."""
    by_arm = dict(zip([trial.arm for trial in done[0]], zip(*done, strict=True), strict=True))
    return Comparison(
        tuple(trials[0].seed for trials in done),
        {arm: [trial.score for trial in trials] for arm, trials in by_arm.items()},
        done[0][0].metrics["scores"][0],
        {arm: [trial.per_class for trial in trials] for arm, trials in by_arm.items()},
        dict(zip(by_arm, zip(*seen, strict=True), strict=True)) if seen else {},
        left_out,
        folder,
    )
