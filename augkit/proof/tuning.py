"""Tuning: trials of other values of a recipe, each chosen by what the others reached in validation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from augkit.errors import AugkitError, RecipeError
from augkit.proof.study import Study, Tried
from augkit.proof.trials import judged_epoch
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.grammar import Complaints, place
from augkit.recipe.located import Map, plain
from augkit.recipe.reading import Given, Overrides
from augkit.recipe.search import Searched, TuneConfig, read_tune
from augkit.train.folder import clear, moved_to, trials_folder, write_json, write_text
from augkit.train.progress import Progress
from augkit.train.run import fit
from augkit.train.task import task_of
from augkit.train.timing import check_held

BEST_RECIPE, RESULT, JOURNAL = "best.yaml", "tuning.json", "trials.log"


@dataclass(frozen=True)
class Tuned:
    """What was tried, in order; ``monitor`` is what trials were chosen by, lower or higher being better."""

    folder: Path
    recipe: Recipe
    searched: Sequence[Searched]
    monitor: str
    tried: Sequence[Tried]

    @property
    def best(self) -> Tried | None:
        """The trial with the best monitor, the first of several; None where none was finished."""
        sign = 1 if self.monitor.endswith("loss") else -1
        finished = [each for each in self.tried if each.value is not None and each.state == "finished"]
        return min(finished, key=lambda each: sign * float(each.value or 0), default=None)

    @property
    def settings(self) -> list[str]:
        """The ``--set`` options that reproduce the best."""
        best = self.best
        return [each.assignment(best.values[each.path]) for each in self.searched] if best else []

    def to_json(self) -> dict[str, Any]:
        """For ``tuning.json``."""
        tried = [each.to_json() for each in self.tried]
        best, laws = self.best, {each.path: each.law for each in self.searched}
        return {
            "monitor": self.monitor,
            "searched": laws,
            "best": best.number if best else None,
            "set": self.settings,
            "trials": tried,
        }


def tune(
    recipe: Given,
    out: str | Path | None = None,
    *,
    overrides: Overrides = None,
    resume: bool = False,
    progress: Progress | None = None,
    say: Callable[[str], None] = print,
) -> Tuned:
    """Train ``tune: trials`` times with values of ``tune: search``, and say which validation likes best.

    All trials have one split and one seed, and are judged by ``train: monitor`` on the validation split; the test split
    is never opened. Writes every run, the journal, ``tuning.json`` and ``best.yaml`` into ``out``, or a new folder in
    ``runs``; with ``resume`` goes on there, to the same trials as if it had never stopped. RecipeError where the recipe
    has nothing to search, or does not take an end of what is searched.
    """
    texts = _as_texts(overrides)
    own = read_recipe(recipe, texts)
    check_held(own)
    config, searched = _section(own)
    monitor = _monitor(own)
    _check_ends(recipe, texts, searched)
    folder, progress = trials_folder(own, out, resume), progress or Progress()
    study = Study(folder / JOURNAL, own, searched, monitor, config.prune)
    found = Tuned(folder, own, searched, monitor, study.tried())
    for number in range(len(found.tried) + 1, config.trials + 1):
        progress.prefix = f"[trial {number}/{config.trials}] "
        say(_line(_try(study, recipe, texts, folder / f"trial-{number}", progress), monitor, config.trials))
        found = replace(found, tried=study.tried())
        write_json(folder / RESULT, found.to_json())
    if found.best is not None:
        write_text(folder / BEST_RECIPE, _as_recipe(read_recipe(recipe, [*texts, *found.settings]), folder))
    return found


def _section(recipe: Recipe) -> tuple[TuneConfig, tuple[Searched, ...]]:
    complaints = Complaints()
    config, searched = read_tune(recipe.tree, complaints)
    if not searched:
        way = "write tune: {search: {train.lr: {log: [1e-4, 1e-2]}}, trials: 20}."
        raise RecipeError(f"there is nothing to search; {way}", place(recipe.tree, "tune"))
    return config, searched


def _monitor(recipe: Recipe) -> str:
    """What trials are chosen by; RecipeError for what is not measured on the validation split."""
    if recipe.train is None:
        raise RecipeError("there is no `train`; trials are trainings.", recipe.tree.where)
    monitor = task_of(recipe.train).config_type.from_recipe(recipe.train).monitor
    if not monitor.startswith("val_"):
        said = f"train: monitor: {monitor} is not of the validation split, and trials are chosen by it"
        raise RecipeError(f"{said}; write val_loss.", place(recipe.train, "monitor"))
    return monitor


def _as_texts(overrides: Overrides) -> list[str]:
    if overrides is None or not hasattr(overrides, "items"):
        return list(overrides or ())
    return [Searched(path, "choice", ()).assignment(value) for path, value in overrides.items()]


def _check_ends(recipe: Given, texts: Sequence[str], searched: Sequence[Searched]) -> None:
    """That the recipe takes every end, and every choice; RecipeError at the place of the path."""
    for each in searched:
        for value in each.items:
            try:
                one = without_tune(read_recipe(recipe, [*texts, each.assignment(value)]))
                assert one.train is not None
                task_of(one.train).config_type.from_recipe(one.train)
                one.pipeline("train")
            except AugkitError as error:
                said = getattr(error, "message", error)
                raise RecipeError(f"tune: search: {each.path}: with {value!r}: {said}", each.where) from error


def _try(study: Study, recipe: Given, texts: Sequence[str], folder: Path, progress: Progress) -> Tried:
    """One training; a run that was stopped in the middle begins anew, since what it was told is in the journal."""
    clear(folder)
    trial, values = study.ask()
    settings = [each.assignment(values[each.path]) for each in study.searched]
    one = without_tune(read_recipe(recipe, [*texts, *settings]))

    def after(row: Any) -> None:
        study.report(trial, row)

    try:
        run = fit(one, folder, progress=progress, after=after, watched=False)
    except study.pruned as stopped:
        return study.tell(trial, "pruned", str(stopped))
    except AugkitError as error:
        if type(error) is not AugkitError:  # the recipe or the data are wrong, not the values
            raise
        return study.tell(trial, "diverged", str(error))
    row = run.metrics[judged_epoch(one)]
    return study.tell(trial, "finished", row=row, score=f"val_{run.metrics['scores'][0]}")


def without_tune(recipe: Recipe) -> Recipe:
    """The recipe of one training."""
    tree = recipe.tree
    items = {key: item for key, item in tree.items.items() if key != "tune"}
    return replace(recipe, tree=Map(items, tree.keys, tree.where))


def _as_recipe(recipe: Recipe, folder: Path) -> str:
    """A recipe to train by: its split follows its seed, unless that was written."""
    written = recipe.tree.items.get("split")
    fixed = isinstance(written, Map) and plain(written).get("seed") is not None
    free = recipe if fixed else replace(recipe, split=replace(recipe.split, seed=None))
    return moved_to(without_tune(free), folder).resolved()


def _line(tried: Tried, monitor: str, count: int) -> str:
    values = ", ".join(f"{path} {_short(value)}" for path, value in tried.values.items())
    reached = f"{monitor} {tried.value:.4f}" if tried.value is not None else tried.why
    return f"trial {tried.number + 1}/{count}: {values}: {tried.state}, {reached}"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
