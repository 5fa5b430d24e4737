"""Kinds that albumentations has no word for: polygons, instances, turned boxes and films follow, or are refused."""

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.plugins import catalogue
from augkit_image.bridge_library import classes
from augkit_image.bridge_table import BY_MAP, PAINTERS, REFUSED
from tests.plugins.image.agreement_cases import Case, cases, spatial_names
from tests.plugins.image.bridge_cases import ARGUMENTS

ROWS, COLUMNS = np.mgrid[0:60, 0:80]
MASK = (((COLUMNS - 30) ** 2 + (ROWS - 28) ** 2 < 200) * 1 + ((COLUMNS > 48) & (ROWS > 30)) * 2).astype(np.uint8)
PICTURE = np.dstack([MASK * 80, COLUMNS * 3, ROWS * 4]).astype(np.uint8)
SQUARE = np.array([[20, 18], [40, 18], [40, 38], [20, 38]], float)
NAMES = [name for name in spatial_names() if name not in BY_MAP and name not in PAINTERS]
STRAIGHT = [case for case in cases(NAMES) if case.name not in ("Morphological", "NoOp", "RandomGridShuffle")]


def run(case, schema, **given):
    step = steps.albumentations(name=case.name, arguments=case.arguments)
    extra = {"boxes": "boxes"} if "boxes" in step.transform.needs else {}
    extra |= {"mask": "mask"} if "mask" in step.transform.needs else {}
    aug = augkit.Pipeline([step], sample={"image": "image", **extra, **schema}, seed=2)
    values = {"boxes": [[20, 18, 40, 38]], "mask": MASK}
    return aug(image=PICTURE, **{field: values[field] for field in extra if field not in given}, **given, key="a")


@pytest.mark.parametrize("case", STRAIGHT, ids=str)
def test_polygons_instances_and_turned_boxes_follow_as_points_and_masks_do(case):
    clip = {"min_visible": 0.0, "min_size": 0.0}
    schema = {"rings": {"polygons": clip}, "turned": {"oriented_boxes": clip}, "each": {"masks": clip}, "mask": "mask"}
    schema |= {"points": {"keypoints": {"coords": "continuous", "outside": "hide"}}}
    out = run(
        case,
        schema,
        rings=[[SQUARE]],
        turned=[[30, 28, 20, 20, 0]],
        each=np.stack([MASK == 1, MASK == 2]),
        mask=MASK,
        points=np.column_stack([SQUARE, [2] * 4]),
    )
    if len(out["each"]) == 2:
        assert np.array_equal(out["each"][0], out["mask"] == 1) and np.array_equal(out["each"][1], out["mask"] == 2)
    if (out["points"][:, 2] == 2).all():
        ring = np.asarray(out["rings"][0][0])
        assert all(np.abs(ring - corner[:2]).sum(axis=1).min() < 1e-6 for corner in out["points"])
        (x, y, w, h, degrees) = np.asarray(out["turned"])[0]
        turn = np.radians(degrees)
        across, along = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        offsets = out["points"][:, :2] - [x, y]
        assert np.abs(offsets @ across).max() <= w / 2 + 1e-6 and np.abs(offsets @ along).max() <= h / 2 + 1e-6


@pytest.mark.parametrize("kind", ["polygons", "oriented_boxes", "masks", "depth", "heatmap"])
@pytest.mark.parametrize("name", ["ElasticTransform", "GridDistortion", "Morphological", "RandomGridShuffle"])
def test_what_bends_refuses_them(name, kind):
    with pytest.raises(
        augkit.CompileError, match=rf"albumentations/{name}: moves space, .*kind '{kind}'.* cannot follow"
    ):
        augkit.Pipeline([steps.albumentations(name=name)], sample={"image": "image", "marked": kind})


@pytest.mark.parametrize("kind", ["depth", "heatmap"])
def test_values_of_their_own_are_refused(kind):
    with pytest.raises(augkit.CompileError, match="HorizontalFlip moves image, mask, bboxes"):
        augkit.Pipeline([steps.albumentations(name="HorizontalFlip")], sample={"image": "image", "marked": kind})


@pytest.mark.parametrize("name", [name for name in classes() if name not in REFUSED])
def test_no_kind_is_left_behind(name):
    """What changes space changes every kind on it, or is refused; what does not leaves all but pictures alone."""
    step = steps.albumentations(name=name, arguments=ARGUMENTS.get(name, {})).transform
    for kind in ("polygons", "oriented_boxes", "masks", "depth", "heatmap", "mask", "boxes", "keypoints"):
        target = catalogue().load("target", kind)
        if step.moved_axes():
            assert (step.kernel(target) is None) == (step.why_not(target) is not None), kind
        else:
            assert step.kernel(target) is None, kind
    assert step.kernel(catalogue().load("target", "image_sequence")) is not None


@pytest.mark.parametrize("name", ["HorizontalFlip", "Rotate", "GaussNoise", "ElasticTransform", "CoarseDropout"])
def test_a_film_moves_as_one_picture(name):
    film = np.stack([PICTURE, PICTURE, PICTURE[::-1]])
    out = run(Case(name, {}), {"film": "image_sequence"}, film=film)
    assert np.array_equal(out["film"][0], out["image"]) and np.array_equal(out["film"][1], out["image"])
    assert not np.array_equal(out["film"][2], out["image"])


def test_erased_instances_go_with_the_mask():
    case = Case(
        "CoarseDropout", {"num_holes_range": [6, 6], "hole_height_range": [0.4, 0.4], "fill": 0, "fill_mask": 0}
    )
    out = run(case, {"each": "masks", "mask": "mask"}, each=np.stack([MASK == 1, MASK == 2]), mask=MASK)
    for moved in out["each"]:
        assert any(np.array_equal(moved, out["mask"] == number) for number in (1, 2))
