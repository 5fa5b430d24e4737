"""First samples: a look at a few files of each split before a run, and at how large the steps make them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from augkit.actions import GroupAction
from augkit.combine import Step
from augkit.data.divided import where_of
from augkit.data.reading import read_values
from augkit.data.source import Source, place
from augkit.errors import AugkitError, Conflict, DataError, RecipeError, SkipStep
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.recipe import Recipe
from augkit.rng import stream
from augkit.sample import Axis, Frame, Sample, Target, common_frame

SPLITS: tuple[Literal["train", "val"], ...] = ("train", "val")
_GROWN, _BYTES = 10, 1 << 28
"""What a step makes of a sample is refused where it is so many times as large, and larger than so many bytes."""


@dataclass(frozen=True)
class First:
    """The first samples of each split as they were read, and why others of them could not be."""

    samples: Sequence[Sample]
    failed: Sequence[DataError]


def first_samples(recipe: Recipe, source: Source, splits: Mapping[str, Sequence[str]]) -> First:
    """The first two samples and the last of each split, read as the recipe says, before any step."""
    door, samples, failed = Pipeline.of(recipe.pipeline("train").plan), [], []
    for key in dict.fromkeys(key for keys in splits.values() for key in (*keys[:2], *keys[-1:])):
        try:
            values = read_values(source.load(key), recipe.schema, source.root, recipe.settings.decoder)
            samples.append(Sample(door.read(values, key)[0], key, meta=source.meta(key)))
        except DataError as error:
            told = place(source, key)
            beside = f" ({told})" if told and told not in str(error) else ""
            failed.append(DataError(f"{error.message}{beside}", error.key or key, error.file))
    return First(samples, failed)


def unreadable(first: First) -> str | None:
    """How many of the first samples could not be read, and why not the first of them; None where all could."""
    if not first.failed:
        return None
    count, total = len(first.failed), len(first.failed) + len(first.samples)
    which = "the only sample" if total == 1 else f"{count} of the {total} samples that were looked at"
    return f"{which} cannot be read: {first.failed[0]}"


def refuse_unreadable(recipe: Recipe, first: First) -> None:
    """RecipeError where first samples cannot be read; with ``on_error: skip`` only where none can."""
    said = unreadable(first)
    if said and (recipe.loader.on_error == "raise" or not first.samples):
        raise RecipeError(said, where_of(recipe.tree, "source"))


def refuse_giants(recipe: Recipe, first: First) -> None:
    """RecipeError at a step that makes a sample many times larger, and larger than memory should have to hold."""
    for split in SPLITS:
        plan = recipe.pipeline(split).plan
        for sample in first.samples:
            _refuse_giants(plan, sample)


def _refuse_giants(plan: Plan, sample: Sample) -> None:
    frames: dict[str, Frame] = {}
    for action in plan.actions.values():
        for part in action.groups:
            carriers = {name: sample.targets[name] for name in part.group.fields if sample.targets[name].carrier}
            read = common_frame(carriers, sample.key)
            reached = _after(plan, action.step, part, sample, frames.get(part.group.name, read))
            frames[part.group.name] = reached
            if said := _giant(list(carriers.values()), read, reached):
                raise RecipeError(f"{action.step.id}: {said}", action.step.where)


def _after(plan: Plan, step: Step, part: GroupAction, sample: Sample, frame: Frame) -> Frame:
    """The frame after one draw of the step; as it was where the step keeps it, or must see more than the frame."""
    transform: Any = step.transform
    if not frame or transform.keeps_frame() or transform.needs or transform.partners:
        return frame
    rng = stream(plan.seed, sample.epoch, sample.key, sample.copy, sample.view, step.id + part.group.suffix)
    try:
        return transform.draw(rng, frame, None).frame(frame) or frame
    except (AugkitError, SkipStep, Conflict):  # what it has to say of a sample it says when it meets it
        return frame


def _giant(carriers: Sequence[Target], before: Frame, after: Frame) -> str | None:
    grown = math.prod(_extent(after, axis) / max(_extent(before, axis), 1) for axis in before)
    size = round(sum(map(_bytes, carriers)) * grown)
    if grown < _GROWN or size < _BYTES:
        return None
    made, given = _described(after), _described(before)
    return f"makes {made} of {given}, as the first samples are: {size / 1e9:.1f} GB for each sample. Is it the unit?"


def _extent(frame: Frame, axis: Axis) -> float:
    """Pixels, samples or characters."""
    reach = frame.get(axis, 1)
    return float(reach[0] * reach[1] if axis is Axis.SPACE else reach[0] if axis is Axis.TIME else reach)


def _described(frame: Frame) -> str:
    said = []
    for axis, reach in frame.items():
        if axis is Axis.SPACE:
            said.append(f"{reach[0]} × {reach[1]} px")
        elif axis is Axis.TIME:
            said.append(f"{reach[0] / reach[1]:g} s at {reach[1]:g} Hz")
        else:
            said.append(f"{reach} characters")
    return " and ".join(said)


def _bytes(carrier: Target) -> int:
    arrays = (getattr(carrier, each.name) for each in dataclasses.fields(carrier))
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))
