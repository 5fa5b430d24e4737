"""Resuming: a run that was stopped at any moment ends as if it had not been."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augkit.data.loading import Loader
from augkit.errors import RecipeError
from augkit.recipe import Recipe
from augkit.recipe.located import plain
from augkit.train.checkpoint import read_checkpoint
from augkit.train.folder import LAST, RECIPE, moved_to
from augkit.train.learner import Learner
from augkit.train.ranks import share
from augkit.train.record import Record
from augkit.train.watch import Watch

if TYPE_CHECKING:
    from augkit.train.job import Job


def checkpoint_of(recipe: Recipe, folder: Path) -> dict[str, Any] | None:
    """What the last validated epoch of the run in ``folder`` left; None where it was stopped before there was one, and
    begins anew. RecipeError where that run was of another recipe.
    """
    if (folder / LAST).is_file():
        return read_checkpoint(folder / LAST)
    if (folder / RECIPE).read_text(encoding="utf-8") != moved_to(recipe, folder).resolved():
        way = "Train by that one, or start a new run."
        raise RecipeError(f"{folder / RECIPE} is not the recipe {recipe.path}, and there is no {LAST} yet. {way}")
    return None


def identity(job: Job, model: Learner) -> dict[str, Any]:
    """What must be the same for a run to be resumed."""
    section = plain(job.section)
    shape = None if job.shape is None else list(job.shape)
    of_data = {"recipe_hash": job.opened.hash, "seed": job.recipe.seed, "classes": job.classes}
    chosen = {"transfer": model.decision.to_json()} if model.decision else {}
    return {**of_data, "train": section, "shape": shape, "processes": share()[1], **chosen}


def take_up(checkpoint: Mapping[str, Any], record: Record, model: Learner, train: Loader, watch: Watch | None) -> None:
    """Give the record its history, the model its weights and the loader its epoch; refuse what would be another run."""
    saved = {"processes": 1, **checkpoint["augkit"]}
    for name, now in record.resume_state.items():
        if saved.get(name) != now:
            what = f"its {name.replace('_', ' ')} is {saved.get(name)!r}, the recipe's {now!r}"
            way = "Repeat the --set options it was started with, or start a new run."
            raise RecipeError(f"{record.folder} cannot be resumed: {what}. {way}")
    record.history[:] = saved["history"]
    if watch is not None and (told := checkpoint["callbacks"].get(watch.state_key)):
        watch.load_state_dict(told)
    model.load_state_dict(checkpoint["state_dict"])
    train.resume({**train.state(), "epoch": saved["epochs_done"], "samples_consumed": 0})
    if record.enough:
        record.stopped = "early_stop"
    elif saved["epochs_done"] >= record.config.epochs:
        record.stopped = "finished"
    if record.stopped != "running" and "average" in checkpoint:
        model.load_state_dict(checkpoint["average"]["values"])
