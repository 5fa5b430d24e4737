"""Mixes of the kit's samples, degenerate boxes and single pixels too: what laws ask of one sample, of several."""

import pickle
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from augkit import steps
from augkit.partners import Listed
from augkit.pipeline import Pipeline
from augkit.plan import Plan
from augkit.sample import Sample
from augkit.schema import read_schema
from augkit.testing.cases import BOXES, SIDES, space_case
from augkit.testing.compare import arrays, difference_of_samples, digest
from augkit.trace import Trace

MIXES = {
    "mixup": (steps.image.mixup(alpha=1, accept="ids"), ("mask",)),
    "cutmix": (steps.cutmix(accept="ids"), ()),
    "mosaic": (steps.mosaic(centre=[0, 1], accept="ids"), ()),
    "copy_paste": (steps.copy_paste(accept="ids"), ()),
}
TYPES = st.tuples(
    SIDES,
    SIDES,
    st.integers(1, 4),
    st.sampled_from(["uint8", "float32"]),
    st.sampled_from(["uint8", "int32", "bool", "uint16"]),
)
CONTENTS = st.tuples(st.lists(st.sampled_from(BOXES), max_size=4).map(tuple), st.integers(0, 4), st.integers(0, 499))


def read(plan: Plan, fields: dict[str, Any], key: str, epoch: int = 0) -> Sample:
    return Sample(Pipeline.of(plan).read(fields, key)[0], key, epoch)


def scenes(types: tuple[Any, ...], contents: list[Any], leave: tuple[str, ...]) -> tuple[dict[str, Any], list[Any]]:
    """Samples of one size and type whose options agree, with instance masks beside; and what they are."""
    h, w, channels, image, mask = types
    cases = [space_case(h, w, channels, image, mask, boxes, points, "drop", 2 * s) for boxes, points, s in contents]
    fields = []
    for case, (_, _, seed) in zip(cases, contents, strict=True):
        made = {name: value for name, value in case.fields.items() if name not in leave}
        boxes = np.asarray(made["boxes"]["xyxy"])
        objects = np.zeros((len(boxes), h, w), bool)
        for one, (x0, y0, x1, y1) in zip(objects, np.clip(boxes, 0, None), strict=True):
            one[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = True
        objects &= np.random.default_rng(seed).random(objects.shape) < 0.7
        made["masks"] = {"masks": objects, "id": made["boxes"]["id"], "label": made["boxes"]["label"]}
        fields.append(made)
    spec = {name: spec for name, spec in cases[0].spec.items() if name not in leave} | {"masks": "masks"}
    return spec, fields


def the_laws(name: str, types: tuple[Any, ...], contents: list[Any], key: int) -> dict[str, int]:
    step, leave = MIXES[name]
    spec, fields = scenes(types, contents, leave)
    plan = Plan([steps.hflip(p=0.5), step], read_schema(spec), seed=key)
    own, *others = (read(plan, each, f"{place}") for place, each in enumerate(fields))
    before = pickle.loads(pickle.dumps([own, *others]))
    partners = Listed([other.key for other in others], others.__getitem__)

    out, trace = plan(own, partners)

    for given_in, kept in zip([own, *others], before, strict=True):
        assert not difference_of_samples(given_in, kept), "changed its input"
    assert digest(pickle.loads(pickle.dumps(plan))(own, partners)[0]) == digest(out)
    again = Plan(plan.steps, plan.schema, key + 1).replay(own, Trace.from_json(trace.to_json()), partners)
    assert digest(again) == digest(out)
    frame_and_types_kept(own, out)
    return annotations_lie_within(out, types[0], types[1])


def frame_and_types_kept(own: Sample, out: Sample) -> None:
    for name in {"image", "mask"} & own.targets.keys():
        [was], [now] = (list(arrays(sample.targets[name])) for sample in (own, out))
        assert now.shape == was.shape and now.dtype == was.dtype
        assert was.dtype != np.float32 or (now.min() >= 0 and now.max() <= 1)
    assert out.targets["value"] is own.targets["value"]


def annotations_lie_within(out: Sample, h: int, w: int) -> dict[str, int]:
    boxes, points, masks = (out.targets[name] for name in ("boxes", "keypoints", "masks"))
    sides = boxes.xyxy[:, 2:] - boxes.xyxy[:, :2]
    assert (sides > 0).all() and (boxes.xyxy >= 0).all() and (boxes.xyxy <= [w, h, w, h]).all()
    assert (points.xy >= 0).all() and (points.xy <= [w, h]).all()
    assert masks.masks.shape[1:] == (h, w) and masks.masks.any(axis=(1, 2)).all()
    for target in (boxes, points, masks):
        assert all(len(column) == len(target) for column in target.columns.values())
        assert getattr(target, "visible", None) is None or len(target.visible) == len(target)
    return {"boxes": len(boxes), "points": len(points), "masks": len(masks)}


@pytest.mark.parametrize("name", MIXES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(types=TYPES, contents=st.lists(CONTENTS, min_size=4, max_size=4), key=st.integers(0, 999))
def test_laws_of_several_samples(name: str, types: Any, contents: Any, key: int) -> None:
    the_laws(name, types, contents, key)


@pytest.mark.parametrize("name", MIXES)
def test_these_laws_have_something_to_judge(name: str) -> None:
    contents = [(("inside", "edge", "inside"), 3, seed) for seed in range(1, 5)]
    found = [the_laws(name, (24, 31, 3, "uint8", "uint8"), contents, key) for key in range(10)]
    assert all(sum(each[kind] for each in found) > 15 for kind in ("boxes", "points", "masks"))
