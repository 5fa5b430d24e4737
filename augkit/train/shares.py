"""What a recipe must be like to be trained by several processes; all else is refused before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augkit.errors import RecipeError
from augkit.recipe.grammar import place
from augkit.recipe.located import Map
from augkit.train.ranks import share

if TYPE_CHECKING:
    from augkit.train.job import Job
    from augkit.train.learner import Learner


def refuse_alone(what: str) -> None:
    """RecipeError where several processes would each do ``what``, over and in the same files."""
    if share()[1] > 1:
        raise RecipeError(f"torchrun: {what} is for one process; start it without. `augkit train` shares its batches.")


def check_shared(job: Job, model: Learner) -> None:
    """RecipeError for what could leave processes with different numbers of steps, or wait for each other for ever."""
    world = share()[1]
    if world == 1:
        return
    section, loader = job.section, job.recipe.tree.items.get("loader")
    if job.config.optimizer_name == "LBFGS":
        said = "train: optimizer: LBFGS decides by the loss how often it computes it, which differs between processes"
        raise RecipeError(f"torchrun: {said}; take another.", place(section, "optimizer"))
    if job.recipe.loader.on_error == "skip":
        said = "loader: on_error: skip could leave processes with different numbers of batches; write raise."
        raise RecipeError(f"torchrun: {said}", place(loader, "on_error") if isinstance(loader, Map) else None)
    if not hasattr(model.sums(), "merge"):
        said = f"train: task: {job.config.task} has scores that are not summed over processes; train it with one."
        raise RecipeError(f"torchrun: {said}", place(section, "task"))
    for split in ("train", "val"):
        count = len(job.opened.keys(split))
        if count < world:
            raise RecipeError(f"torchrun: the {split} split has {count} samples for {world} processes.", section.where)
