"""Every transform of albumentations that claims a target moves it with the picture, or is refused for it by name."""

import re
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit_image.bridge_library import classes, library
from augkit_image.bridge_table import INEXACT, REFUSED
from tests.plugins.image.agreement import LIMITS, measure, ours, theirs
from tests.plugins.image.agreement_cases import Case, cases, spatial_names

NAMES = spatial_names()
CASES = list(cases(NAMES))
DOCS = Path(__file__).parents[3] / "docs" / "albumentations.md"


def judged(case, found):
    """The kinds beyond their limit, without those that are refused."""
    step = steps.albumentations(name=case.name, arguments=case.arguments).transform
    return {
        kind: deviation
        for kind, deviation in found.worst.items()
        if deviation > LIMITS[kind] and step._inexact(kind) is None
    }


@pytest.mark.parametrize("case", CASES, ids=str)
def test_annotations_stay_on_what_they_annotate(case):
    found = measure(case, ours, sizes=((57, 85),), draws=1, dtypes=(np.float32,))
    assert judged(case, found) == {}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=str)
def test_annotations_stay_in_every_frame_and_dtype_over_many_draws(case):
    found = measure(case, ours, draws=10)
    assert judged(case, found) == {}
    claims = steps.albumentations(name=case.name, arguments=case.arguments).transform
    if "reflect" not in str(case) and claims.moved_axes():
        assert all(found.compared[kind] for kind in LIMITS), "nothing was seen"


def shifted(drawn):
    found = ours(drawn)
    return found | {"keypoints": {row: np.add(at, [1, 0]) for row, at in found["keypoints"].items()}}


def tightened(drawn):
    found = ours(drawn)
    return found | {"boxes": {row: np.add(box, [1.6, 0, 0, 0]) for row, box in found["boxes"].items()}}


def rolled(drawn):
    found = ours(drawn)
    return found | {"mask": np.roll(found["mask"], 1, axis=1)}


def forgetful(drawn):
    return ours(drawn) | {"keypoints": {}}


@pytest.mark.parametrize(
    ("fault", "kind"), [(shifted, "keypoints"), (tightened, "boxes"), (rolled, "mask"), (forgetful, "keypoints")]
)
@pytest.mark.parametrize("name", ["HorizontalFlip", "Rotate", "ElasticTransform"])
def test_the_measure_finds_faults(fault, kind, name):
    found = measure(Case(name, {}), fault, sizes=((96, 128),), draws=2, dtypes=(np.uint8,))
    assert {kind for kind in LIMITS if found.worst[kind] > LIMITS[kind]} == {kind}


@pytest.mark.parametrize(
    ("case", "kind", "off"),
    [
        (Case("ElasticTransform", {"alpha": 60, "sigma": 8}), "keypoints", 1.0),
        (Case("Resize", {"height": 800, "width": 900}), "keypoints", 4.0),
        (Case("Resize", {"height": 40, "width": 50}), "mask", 0.1),
        (Case("RandomGridShuffle", {}), "boxes", 10.0),
        (Case("Affine", {"rotate": [-90, 90], "fit_output": True}), "boxes", 1.0),
    ],
    ids=str,
)
def test_the_librarys_own_way_is_that_far_off(case, kind, off):
    """What we do otherwise has to be worth it."""
    assert measure(case, theirs, sizes=((96, 128),), draws=4, dtypes=(np.float32,)).worst[kind] > off


REFUSED_PAIRS = [(name, kind, reason) for name, kinds in INEXACT.items() for kind, reason in kinds.items()]


@pytest.mark.parametrize(("name", "kind", "reason"), REFUSED_PAIRS)
def test_what_is_refused_says_by_how_much(name, kind, reason):
    assert re.search(r"\d", reason)
    given = {"arguments": {"mask_drop_value": 0}} if name == "PixelDropout" else {}
    schema = {"image": "image", "mask": "mask", "marked": kind}
    with pytest.raises(augkit.CompileError, match=rf"albumentations/{name}: moves space, .*allow_inexact: true"):
        augkit.Pipeline([steps.albumentations(name=name, **given)], sample=schema)


def test_the_refused_masks_are_off():
    for case in (Case("Morphological", {}), Case("PixelDropout", {"dropout_prob": 0.3, "mask_drop_value": 0})):
        assert measure(case, ours, draws=2).worst["mask"] > LIMITS["mask"]


def test_the_documented_table_has_every_transform():
    listed = set(re.findall(r"^\| ([A-Za-z0-9]+) \|", DOCS.read_text(), flags=re.MULTILINE))
    assert set(NAMES) <= listed
    assert set(NAMES) == {
        name
        for name, made_by in classes().items()
        if name not in REFUSED and issubclass(made_by, library().DualTransform)
    } - {"OverlayElements"}


def test_a_border_that_mirrors_marks_nothing_twice():
    points = {"keypoints": {"coords": "continuous"}}
    for name, arguments in [
        ("Pad", {"padding": [30, 4, 1, 50]}),
        ("PadIfNeeded", {"min_height": 200, "min_width": 300}),
        ("CropAndPad", {"px": 20}),
        ("CropAndPad", {"px": 20, "keep_size": False}),
        ("RandomCrop", {"height": 200, "width": 200, "pad_if_needed": True}),
        ("Affine", {"scale": 0.4}),
        ("ShiftScaleRotate", {"shift_limit": 0.4}),
        ("Rotate", {}),
        ("SafeRotate", {}),
    ]:
        out = {}
        for border in ("constant", "reflect", "reflect_101", "wrap"):
            step = steps.albumentations(name=name, border_mode=border, **arguments)
            aug = augkit.Pipeline([step], sample={"image": "image", "points": points, "boxes": "boxes"}, seed=1)
            given = {"image": np.zeros((40, 60, 3), np.uint8), "points": [[3.5, 4.5], [50.5, 30.5]]}
            moved = aug(**given, boxes=[[2, 3, 9, 12], [30, 10, 50, 35]], key="a")
            out[border] = np.asarray(moved["points"]), np.asarray(moved["boxes"])
        for border, (xy, xyxy) in out.items():
            assert np.array_equal(xy, out["constant"][0]) and np.array_equal(xyxy, out["constant"][1]), (name, border)


def test_erasing_that_finds_no_place_erases_nothing():
    step = steps.albumentations(name="Erasing", scale=[0.95, 0.99], ratio=[3.0, 3.3], fill_mask=9)
    aug = augkit.Pipeline([step], sample={"image": "image", "mask": "mask"})
    out = aug(image=np.ones((30, 30, 3), np.uint8), mask=np.ones((30, 30), np.uint8), key="a")
    assert (out["image"] == 1).all() and (out["mask"] == 1).all()
