"""Rehearsal: annotations of the first samples follow the steps, without their carriers, before a run."""

from __future__ import annotations

from typing import TypeGuard

from augkit.actions import GroupAction
from augkit.combine import Node, Step
from augkit.data.first import First
from augkit.errors import Conflict, DataError, FieldError, RecipeError, SkipStep
from augkit.plan import Plan
from augkit.recipe import Recipe
from augkit.rng import stream
from augkit.sample import Frame, Sample, Target, common_frame


def refuse_unfollowable(recipe: Recipe, first: First) -> None:
    """RecipeError at a step that an annotation of a first sample cannot follow.

    Rehearsed are the steps at the top of the list, up to the first that must see more than the frame, may be left out
    by a rule, or makes another kind; as if each were drawn.
    """
    plan = recipe.pipeline("train").plan
    for sample in first.samples if recipe.loader.on_error == "raise" else ():
        targets, frames = dict(sample.targets), dict[str, Frame]()
        for node in plan.steps:
            if not _rehearsed(node, plan):
                break
            if not all(_follow(plan, node, part, sample, targets, frames) for part in plan.actions[node.id].groups):
                break


def _rehearsed(node: Node, plan: Plan) -> TypeGuard[Step]:
    if not isinstance(node, Step) or node.only or node.off_last or node.transform.partners or node.transform.converts:
        return False
    return not any(part.sees for part in plan.actions[node.id].groups)


def _follow(
    plan: Plan, step: Step, part: GroupAction, sample: Sample, targets: dict[str, Target], frames: dict[str, Frame]
) -> bool:
    """Move what is no carrier, and the frame; False where nobody knows from here on what the next step meets."""
    group = part.group
    frame = frames.get(group.name) or common_frame({name: targets[name] for name in group.fields}, sample.key)
    if not frame:
        return False
    try:
        params = step.transform.draw(stream(plan.seed, 0, sample.key, 0, 0, step.id + group.suffix), frame, None)
        follow = {name: kernel for name, kernel in part.kernels.items() if not targets[name].carrier}
        moved = {name: kernel(targets[name], params) for name, kernel in follow.items()}
        after = params.frame(frame)
    except (SkipStep, Conflict):
        return True
    except (DataError, FieldError) as error:
        said = getattr(error, "message", str(error))
        raise RecipeError(f"{step.id}: {said} (as in the sample {sample.key!r})", step.where) from error
    targets.update(moved)
    frames[group.name] = after or {}
    return after is not None
