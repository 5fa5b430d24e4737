"""For a new kind of target: does it stay with the pixels, or with what is heard?"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from augkit.combine import Step
from augkit.fields import Size
from augkit.plan import Plan
from augkit.sample import Axis, Sample, Target
from augkit.schema import Field, read_schema
from augkit.testing import markers
from augkit.testing.cases import Case, Marks
from augkit.testing.laws import default_examples
from augkit.testing.subject import LawBroken, Subject, Visit, sample_of
from augkit.testing.time import agree_with_marks
from augkit.testing.worlds import marks_of
from augkit.transform import Transform


def assert_targets_agree(
    step: Step | Transform[Any],
    make: Callable[[np.ndarray, Any], Target],
    points: Callable[[Target], np.ndarray],
    tolerance: float = 0.5,
    examples: int | None = None,
    on: str = "image",
) -> int:
    """Prove that a kind of target follows ``step`` as what it marks does; returns how many places were compared.

    ``make(xy, size)`` gives a target that marks the places ``xy`` (n, 2: x, y, continuous) in a frame of ``size``
    (h, w); ``points(target)`` reads them back, in order. Round blobs are drawn at the places and found again after the
    step. Only those that stay whole inside the frame are marked, so a kind may clip or drop what leaves it.

    ``on`` is the kind of carrier that is marked. On ``audio``, or a plugin's carrier in time whose ``World`` has
    ``marks``, places are moments: ``make(seconds, (samples, rate))`` for (n,) seconds, ``points`` gives them back,
    rising; a moment may be off by a sample, or where time is stretched by 5 ms.

    LawBroken: a point is off its blob by more than ``tolerance`` px, or another number of points came back.
    """
    subject = Subject.of(step, default_examples() if examples is None else examples)
    if on == "image":
        compared = sum(_compare(subject, visit, make, points, tolerance) for visit in _blobs(subject))
    else:
        compared = sum(_in_time(subject, marks_of(on), make, points, turn) for turn in range(max(4, subject.examples)))
    if not compared:
        raise LawBroken(f"{subject.step.id}: no point could be compared; none stayed whole inside the frame.")
    return compared


def _blobs(subject: Subject) -> Iterator[Visit]:
    for turn in range(subject.examples):
        case = markers.blob_case(markers.SIZES[turn % len(markers.SIZES)], 1.5, turn)
        for visit in subject.acted(case, turn):
            yield visit.replayed(interpolation="linear", border="constant", fill=0)


def _in_time(
    subject: Subject,
    marks: Marks,
    make: Callable[[np.ndarray, Any], Target],
    points: Callable[[Target], np.ndarray],
    turn: int,
) -> int:
    value, moments = marks.plant(turn)
    case = Case(f"marks {turn}", {marks.field: value}, {marks.field: marks.field})
    compared = 0
    for visit in subject.acted(case, turn):
        target = make(moments, visit.before.targets[marks.field].frame()[Axis.TIME])
        told = np.asarray(points(_followed(subject, visit, target, marks.field)), dtype=np.float64)
        if told.ndim != 1 or (np.diff(told) < 0).any():
            raise visit.broken(f"{target.kind}: points gave {told.tolist()}; expected moments (n,), rising")
        compared += agree_with_marks(visit, subject, marks, told, f"a moment of {target.kind!r}")
    return compared


def _compare(
    subject: Subject,
    visit: Visit,
    make: Callable[[np.ndarray, Size], Target],
    points: Callable[[Target], np.ndarray],
    tolerance: float,
) -> int:
    image = markers.pixels(visit)
    whole = [channel for channel in range(3) if markers.whole_within(image[:, :, channel])]
    if not whole:
        return 0
    expected = np.array([markers.centroid(image[:, :, channel]) for channel in whole])
    size = Size(*visit.case.fields["image"].shape[:2])
    target = make(visit.case.fields["keypoints"]["xy"][whole], size)
    found = points(_followed(subject, visit, target, "image"))
    if np.shape(found) != expected.shape:
        raise visit.broken(f"{target.kind}: {len(expected)} points became {np.shape(found)}")
    off = np.hypot(*(found - expected).T)
    if off.max() > tolerance:
        worst = int(off.argmax())
        raise visit.broken(
            f"{target.kind}: a point is at {np.round(found[worst], 2).tolist()}, its marker at "
            f"{expected[worst].round(2).tolist()}, {off[worst]:.2f} px away"
        )
    return len(expected)


def _followed(subject: Subject, visit: Visit, target: Target, on: str) -> Target:
    """What becomes of ``target`` beside the carrier ``on``, under the same draws."""
    case = visit.case.only([on])
    schema = read_schema(case.spec)
    field = Field("marked", target.kind, type(target), target.options)
    [group] = schema.groups
    wider = dataclasses.replace(
        schema,
        fields={**schema.fields, "marked": field},
        groups=(dataclasses.replace(group, fields=(*group.fields, "marked")),),
    )
    plan = Plan([subject.variant(wider)], wider)
    sample = sample_of(visit.plan, case, visit.before.key)
    return plan.replay(Sample({**sample.targets, "marked": target}, sample.key), visit.trace).targets["marked"]
