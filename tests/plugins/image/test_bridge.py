"""The bridge to albumentations at the door: names, arguments, refusals, annotations, replay."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image

import augkit
from augkit import steps
from augkit_image import bridge_targets
from augkit_image.bridge_params import Foreign
from tests.plugins.image.bridge_cases import BOXES, MASK, PICTURE, POINTS, REFERENCES

SPATIAL = {"image": "image", "mask": "mask", "boxes": "boxes", "points": "keypoints"}


def run(schema=None, seed=0, key="a", arguments=None, **given):
    step = steps.albumentations(**{**(arguments or {}), **given.pop("step", {})})
    return augkit.Pipeline([step], sample=schema or {"image": "image"}, seed=seed)(**given, key=key)


def test_the_id_names_the_transform():
    flip = steps.albumentations(name="HorizontalFlip", p=0.5)
    assert (flip.id, flip.name, flip.p) == ("albumentations/HorizontalFlip", "image/albumentations", 0.5)
    with pytest.raises(augkit.CompileError, match="two steps with the id 'albumentations/HorizontalFlip'"):
        augkit.Pipeline([flip, flip], sample={"image": "image"})


def test_equal_arguments_are_equal_plans_whatever_their_order():
    one = steps.albumentations(name="Rotate", limit=[1, 2], border_mode=1)
    other = steps.albumentations(name="Rotate", border_mode=1, limit=[1, 2])
    plans = [augkit.Pipeline([step], sample={"image": "image"}).plan for step in (one, other)]
    assert plans[0].hash == plans[1].hash
    assert plans[0].hash != augkit.Pipeline([steps.albumentations(name="Rotate")], sample={"image": "image"}).plan.hash


def test_pickled_plans_draw_alike():
    step = steps.albumentations(name="ElasticTransform", alpha=50, p=0.5)
    aug = augkit.Pipeline([step], sample=SPATIAL, seed=5)
    copy = pickle.loads(pickle.dumps(aug))
    for number in range(4):
        given = {"image": PICTURE, "mask": MASK, "boxes": BOXES, "points": POINTS, "key": str(number)}
        assert np.array_equal(copy(**given)["image"], aug(**given)["image"])


def test_labels_know_what_changes():
    sample = {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}}
    with pytest.raises(augkit.CompileError, match="albumentations/D4: changes handedness, and 'digit' depends on it"):
        augkit.Pipeline([steps.albumentations(name="D4")], sample=sample)
    assert augkit.Pipeline([steps.albumentations(name="GaussianBlur")], sample=sample)


def test_annotations_off_the_axis_come_back_themselves():
    aug = augkit.Pipeline([steps.albumentations(name="RandomGamma")], sample={**SPATIAL, "label": "label"})
    given = {"image": PICTURE, "mask": MASK, "boxes": BOXES, "points": POINTS, "label": 3}
    targets, _ = aug.read(given, "a")
    moved, _ = aug.plan(augkit.Sample(targets, "a"))
    assert all(moved.targets[name] is targets[name] for name in ("mask", "boxes", "points", "label"))


def test_columns_and_names_follow_a_flip():
    sample = {"image": "image", "boxes": "boxes", "points": {"keypoints": {"pairs": [["left", "right"]]}}}
    out = run(sample, step={"name": "HorizontalFlip"}, image=PICTURE, boxes=BOXES, points=POINTS)
    assert out["boxes"]["label"] == ["a", "b", "c"] and out["boxes"]["xyxy"][0].tolist() == [40, 8, 70, 40]
    assert out["points"]["label"] == ["right", "left", "nose"]
    assert np.allclose(out["points"]["xy"], np.array([79, 0]) + POINTS["xy"] * [-1, 1])


@pytest.mark.parametrize(
    "mirroring", [{"scale": {"x": -1, "y": 1}}, {"scale": [-1, 1]}, {"shear": {"x": [0, 60], "y": [0, 60]}}]
)
def test_an_affine_that_may_mirror_is_a_mirror(mirroring):
    sample = {"image": "image", "digit": {"label": {"sensitive_to": ["handedness"]}}}
    with pytest.raises(augkit.CompileError, match="changes handedness"):
        augkit.Pipeline([steps.albumentations(name="Affine", **mirroring)], sample=sample)
    augkit.Pipeline([steps.albumentations(name="Affine", scale=[0.5, 2], shear=[-30, 30])], sample=sample)


@pytest.mark.parametrize(("scale", "names"), [({"x": -1, "y": 1}, ["right", "left"]), (0.9, ["left", "right"])])
def test_an_affine_swaps_names_when_it_mirrors(scale, names):
    sample = {"image": "image", "points": {"keypoints": {"pairs": [["left", "right"]]}}}
    points = {"xy": [[20, 20], [24, 20]], "label": ["left", "right"]}
    image = np.zeros((40, 44, 3), np.uint8)
    assert run(sample, step={"name": "Affine", "scale": scale}, image=image, points=points)["points"]["label"] == names


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"name": "GaussNoise"}, steps.gaussian_noise()),
        ({"name": "GaussianBlur"}, steps.gaussian_blur()),
        ({"name": "ImageCompression"}, steps.jpeg()),
        ({"name": "Perspective"}, steps.perspective()),
        ({"name": "RandomBrightnessContrast"}, steps.brightness()),
        ({"name": "RandomResizedCrop", "size": [8, 8]}, steps.random_resized_crop(size=8)),
        ({"name": "Resize", "height": 8, "width": 9}, steps.resize(size=[8, 9])),
        ({"name": "ShiftScaleRotate"}, steps.shift_scale_rotate()),
    ],
)
def test_a_transform_changes_what_our_own_step_of_the_kind_does(theirs, ours):
    bridged = steps.albumentations(**theirs).transform
    assert bridged.changed_qualities() >= ours.transform.changed_qualities()


def test_the_symmetries_of_the_square_swap_names_only_when_they_mirror():
    sample = {"image": "image", "points": {"keypoints": {"pairs": [["left", "right"]]}}}
    aug = augkit.Pipeline([steps.albumentations(name="D4")], sample=sample)
    seen = {}
    for number in range(40):
        out, trace = aug.traced(image=PICTURE, points=POINTS, key=str(number))
        drawn = Foreign.from_log(trace.steps[0][2]).drawn["group_element"]
        seen[str(drawn)] = out["points"]["label"][0] == "right"
    assert seen == dict.fromkeys(["h", "hvt", "t", "v"], True) | dict.fromkeys(["e", "r90", "r180", "r270"], False)


def test_what_leaves_the_frame_follows_our_policy():
    sample = {"image": "image", "boxes": {"boxes": {"min_visible": 0.5}}, "points": {"keypoints": {"outside": "hide"}}}
    points = np.column_stack([POINTS["xy"], [2, 2, 2]])
    crop = {"name": "Crop", "x_min": 0, "y_min": 0, "x_max": 40, "y_max": 40}
    out = run(sample, step=crop, image=PICTURE, boxes=BOXES, points=points)
    assert out["boxes"]["label"] == ["a"] and out["points"][:, 2].tolist() == [2, 0, 0]


def test_what_comes_from_outside_is_the_ignore_index_unless_a_fill_is_given():
    sample = {"image": "image", "mask": {"mask": {"ignore_index": 200}}}
    pad = {"name": "Pad", "padding": 2}
    assert run(sample, step=pad, image=PICTURE, mask=MASK)["mask"][0, 0] == 200
    assert run(sample, step={**pad, "fill_mask": 7}, image=PICTURE, mask=MASK)["mask"][0, 0] == 7
    wide = run(sample, step=pad, image=PICTURE, mask=MASK.astype(np.int32) * 100_000)["mask"]
    assert wide[0, 0] == 200 and wide.max() == 100_000 * int(MASK.max()) and wide.dtype == np.int32
    flags = run(sample, step=pad, image=PICTURE, mask=MASK > 2)["mask"]
    assert flags.dtype == bool and not flags[0, 0] and np.array_equal(flags[2:-2, 2:-2], MASK > 2)


def test_300_instances_survive():
    numbers = np.arange(64 * 80).reshape(64, 80) // 8
    out = run({"image": "image", "mask": "mask"}, step={"name": "HorizontalFlip"}, image=PICTURE, mask=numbers)
    assert np.array_equal(out["mask"], numbers[:, ::-1])


def test_dropouts_keep_all_annotations_or_erase_all():
    holes = {"name": "CoarseDropout", "num_holes_range": [1, 1], "hole_height_range": [0.9, 0.9]}
    holes |= {"hole_width_range": [0.9, 0.9], "fill": 0}
    given = {"image": PICTURE, "mask": MASK, "boxes": BOXES, "points": POINTS}
    kept = run(SPATIAL, step=holes, **given)
    assert np.array_equal(kept["mask"], MASK) and kept["boxes"]["label"] == ["a", "b", "c"]
    assert len(kept["points"]["label"]) == 3 and (kept["image"] == 0).all(axis=2).mean() > 0.7
    erased = run(SPATIAL, step={**holes, "fill_mask": 9}, **given)
    gone = (erased["mask"] == 9) & (MASK != 9)
    assert np.array_equal(gone, (erased["image"] == 0).all(axis=2)) and erased["boxes"]["label"] != ["a", "b", "c"]
    columns, rows = erased["points"]["xy"].round().astype(int).T
    assert not gone[rows, columns].any() and len(columns) < 3


def test_a_stranger_on_the_moved_axis_is_refused_with_the_reason():
    sample = {"image": "image", "boxes": "boxes"}
    with pytest.raises(augkit.CompileError, match=r"albumentations/Morphological: .* merges boxes that touch"):
        augkit.Pipeline([steps.albumentations(name="Morphological")], sample=sample)
    with pytest.raises(augkit.CompileError, match="OverlayElements moves image, mask only"):
        augkit.Pipeline([steps.albumentations(name="OverlayElements")], sample=sample)
    ellipse = {"name": "Rotate", "rotate_method": "ellipse", "limit": [45, 45]}
    with pytest.raises(augkit.CompileError, match=r"`ellipse` its boxes .*`allow_inexact: true`"):
        augkit.Pipeline([steps.albumentations(**ellipse)], sample=sample)
    taken = run(sample, step={**ellipse, "allow_inexact": True}, image=PICTURE, boxes=BOXES)["boxes"]["xyxy"][0]
    exact = run(sample, step={"name": "Rotate", "limit": [45, 45]}, image=PICTURE, boxes=BOXES)["boxes"]["xyxy"][0]
    assert taken[2] - taken[0] < exact[2] - exact[0] - 5


def test_allow_inexact_takes_the_librarys_word():
    sample = {"image": "image", "mask": "mask", "boxes": "boxes"}
    step = {"name": "MaskDropout", "max_objects": [1, 1], "allow_inexact": True}
    out = run(sample, step=step, image=PICTURE, mask=(MASK == 5).astype(np.uint8), boxes=BOXES)
    assert not out["mask"].any() and len(out["boxes"]["label"]) == 3
    with pytest.raises(augkit.DataError, match="uint8 masks only, this one is int64"):
        dropped = {"name": "PixelDropout", "mask_drop_value": 1, "allow_inexact": True}
        run(SPATIAL, step=dropped, image=PICTURE, mask=MASK.astype(np.int64), boxes=BOXES, points=POINTS)


def test_the_draw_sees_labels_and_masks():
    boxes = {"xyxy": np.array([[5, 5, 30, 30], [40, 30, 70, 60.0]]), "label": ["cat", "dog"]}
    step = {"name": "ConstrainedCoarseDropout", "bbox_labels": ["dog"], "num_holes_range": [3, 3], "fill": 0}
    step |= {"hole_height_range": [0.5, 0.5], "hole_width_range": [0.5, 0.5]}
    out = run({"image": "image", "boxes": "boxes"}, step=step, image=PICTURE + 1, boxes=boxes)
    rows, columns = np.nonzero((out["image"] == 0).all(axis=2) & (PICTURE != 255).all(axis=2))
    assert len(rows) and columns.min() >= 30 and rows.min() >= 20


def test_metadata_comes_from_a_value_field():
    sample = {"image": "image", "style": "value"}
    step = {"name": "FDA", "metadata_key": "style", "beta_limit": [0.1, 0.1]}
    assert not np.array_equal(run(sample, step=step, image=PICTURE, style=REFERENCES)["image"], PICTURE)
    with pytest.raises(augkit.DataError, match="k1: albumentations/FDA: FDA needs a field 'style' of kind value"):
        run({"image": "image"}, step=step, image=PICTURE, key="k1")
    with pytest.raises(augkit.DataError, match="needs a field 'cropping_bbox' of kind boxes"):
        run({"image": "image", "boxes": "boxes"}, step={"name": "RandomCropNearBBox"}, image=PICTURE, boxes=BOXES)


def test_reference_images_are_read_from_files(tmp_path):
    Image.fromarray(REFERENCES[0]).save(tmp_path / "style.png")
    step = {"name": "HistogramMatching", "reference_images": [str(tmp_path / "style.png")], "blend_ratio": [1, 1]}
    out = run(step=step, image=PICTURE)["image"]
    assert abs(out.mean() - REFERENCES[0].mean()) < 3 < abs(PICTURE.mean() - REFERENCES[0].mean())


def test_replay_needs_the_same_frame_and_the_same_transform():
    aug = augkit.Pipeline([steps.albumentations(name="Rotate", id="turn")], sample={"image": "image"})
    _, trace = aug.traced(image=PICTURE, key="a")
    with pytest.raises(augkit.ReplayError, match=r"drawn for a frame of \(64, 80\), met one of \(32, 80\)"):
        aug.replay(trace, image=PICTURE[:32])
    other = augkit.Pipeline([steps.albumentations(name="GaussNoise", id="turn")], sample={"image": "image"})
    with pytest.raises(augkit.ReplayError, match="drawn by Rotate, but the step is GaussNoise now"):
        other.replay(trace, image=PICTURE)


def test_what_cannot_be_logged_is_refused():
    with pytest.raises(augkit.PluginError, match="drew 'font' as object"):
        Foreign("X", (1, 1), (1, 1), 0, {"font": object()}).log()


def test_logged_values_keep_their_types():
    drawn = {
        "shape": (3, 4, 3),
        "scalar": np.float64(0.1),
        "flag": np.bool_(True),
        "one": np.float32([[1.5, np.nan]]),
        "empty": np.zeros((0, 4), np.int32),
        "nested": [{"point": (np.int64(3), None)}, "text", -0.0],
    }
    back = Foreign.from_log(json.loads(json.dumps(Foreign("X", (3, 4), (3, 4), 1, drawn).log()))).drawn
    assert repr(back) == repr(drawn) and back["empty"].dtype == np.int32 and back["empty"].shape == (0, 4)
    assert back["one"].flags.writeable and type(back["scalar"]) is np.float64


def test_an_image_must_be_there():
    aug = augkit.Pipeline([steps.albumentations(name="HorizontalFlip")], sample={"image": "image", "mask": "mask"})
    with pytest.raises(augkit.DataError, match="HorizontalFlip looks at the image, and this sample has none"):
        aug(mask=MASK, key="a")


def test_a_lost_corner_is_no_box(monkeypatch):
    lossy = bridge_targets._library_points
    monkeypatch.setattr(bridge_targets, "_library_points", lambda *given: [part[1:] for part in lossy(*given)])
    with pytest.raises(augkit.DataError, match="HorizontalFlip lost 1 of 12 corners"):
        run({"image": "image", "boxes": "boxes"}, step={"name": "HorizontalFlip"}, image=PICTURE, boxes=BOXES)
